from django.urls import path

from tickets.web import phone, phone_app

urlpatterns = [
    path("sw.js", phone_app.worker, name="phone-worker"),
    path("manifest.webmanifest", phone_app.manifest, name="phone-manifest"),
    path("phone/", phone.jobs, name="phone"),
    path("phone/outbox/", phone.outbox, name="phone-outbox"),
    path("phone/session/", phone_app.session, name="phone-session"),
    path("phone/offline/", phone_app.offline, name="phone-offline"),
    path("phone/parts/", phone.parts, name="phone-parts"),
    path("phone/<str:number>/", phone.job, name="phone-job"),
    path("phone/<str:number>/reach/", phone.reach, name="phone-reach"),
    path("phone/<str:number>/now/", phone.now, name="phone-now"),
]
