"""How the reports' forms are taken back."""

from service_center.kernel.web.questions import back

back(
    {
        "dashboard-subscriptions": "dashboard-subscription-ending",
        "dashboard-subscription-ending": "dashboard-subscriptions",
        "unsubscribe": "dashboard-subscriptions",
    }
)
