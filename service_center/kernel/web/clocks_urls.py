from django.urls import path

from service_center.kernel.web import alarms, clocks, jobs

urlpatterns = [
    path("jobs/", jobs.page, name="jobs"),
    path("clocks/<int:pk>/", clocks.clock, name="clock"),
    path("alarms/<int:pk>/acknowledgement/", alarms.acknowledgement, name="alarm-acknowledgement"),
    path("alarms/<int:pk>/completion/", alarms.completion, name="alarm-completion"),
]
