from django.urls import path

from service_center.kernel.api import alarms, clocks

urlpatterns = [
    path("clocks/<int:pk>/explanation/", clocks.Explanation.as_view(), name="api-clock-explanation"),
    path("alarms/", alarms.Alarms.as_view(), name="api-alarms"),
    path(
        "alarms/<int:pk>/acknowledgement/", alarms.Acknowledgement.as_view(), name="api-alarm-acknowledgement"
    ),
    path("alarms/<int:pk>/completion/", alarms.Completion.as_view(), name="api-alarm-completion"),
]
