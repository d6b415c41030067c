from django.urls import path

from service_center.kernel.web import accounts

urlpatterns = [
    path("login/", accounts.log_in, name="login"),
    path("logout/", accounts.log_out, name="logout"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.password_change, name="password_change"),
    path("account/sessions/<int:pk>/ending/", accounts.session_ending, name="session_ending"),
    path("account/sessions/ending/", accounts.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/tokens/<int:pk>/ending/", accounts.token_ending, name="token_ending"),
    path("account/language/", accounts.language, name="language"),
    path("account/theme/", accounts.theme, name="theme"),
    path("account/reset/", accounts.password_reset, name="password_reset"),
    path("account/reset/sent/", accounts.password_reset_sent, name="password_reset_sent"),
    path("account/reset/new/", accounts.password_reset_new, name="password_reset_new"),
    path("account/reset/<str:secret>/", accounts.password_reset_link, name="password_reset_link"),
]
