from django.urls import path

from service_center.kernel.api import attachments

urlpatterns = [path("attachments/<int:pk>/content/", attachments.Content.as_view(), name="api-attachment")]
