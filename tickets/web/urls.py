from django.urls import path

from tickets.web import board, desk, menu, page, palette, phone_urls, phrases, questions, queue

__all__ = ["menu", "palette", "questions", "urlpatterns"]

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/caller/", desk.caller, name="desk-caller"),
    path("desk/file/<int:pk>/", desk.file, name="desk-file"),
    path("phrases/", phrases.templates, name="phrases"),
    path("phrases/new/", phrases.template, name="phrase-new"),
    path("phrases/<str:code>/", phrases.template, name="phrase"),
    path("symptoms/", phrases.symptoms, name="symptoms"),
    path("symptoms/new/", phrases.symptom, name="symptom-new"),
    path("symptoms/<str:code>/", phrases.symptom, name="symptom"),
    path("board/", board.board, name="board"),
    path("tickets/", queue.tickets, name="tickets"),
    path("tickets/<str:number>/", page.ticket, name="ticket"),
    path("tickets/<str:number>/edit/", page.edit, name="ticket-edit"),
    path("tickets/<str:number>/live/", page.live, name="ticket-live"),
    path("tickets/<str:number>/timeline/", page.timeline, name="ticket-timeline"),
    path("tickets/<str:number>/phrases/", phrases.offered, name="ticket-phrases"),
    path("tickets/<str:number>/clocks/<int:pk>/", page.clock, name="ticket-clock"),
    path("tickets/<str:number>/<str:noun>/", page.noun, name="ticket-noun"),
    *phone_urls.urlpatterns,
]
