from django.urls import path

from service_center.reports.web import company, dashboard, menu, mine, questions, rows, subscriptions, wall

__all__ = ["menu", "questions", "urlpatterns"]

urlpatterns = [
    path("company/", company.company, name="company"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/live/", dashboard.live, name="dashboard-live"),
    path("dashboard/subscriptions/", subscriptions.subscriptions, name="dashboard-subscriptions"),
    path("dashboard/subscriptions/letter/", subscriptions.preview, name="dashboard-letter"),
    path(
        "dashboard/subscriptions/<int:pk>/ending/",
        subscriptions.ending,
        name="dashboard-subscription-ending",
    ),
    path("wall/", wall.wall, name="wall"),
    path("my-month/", mine.my_month, name="my-month"),
    path("my-month/<str:code>/", mine.my_rows, name="my-rows"),
    path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("reports/<str:code>/", rows.rows, name="report-rows"),
]
