from django.urls import path

from service_center.kernel.web import attachments

urlpatterns = [path("attachments/<int:pk>/", attachments.attachment, name="attachment")]
