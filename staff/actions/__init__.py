"""What can be done with people: `from staff import actions as people`."""

from staff.actions import importing
from staff.actions.appraising import compile_appraisal, confirm_appraisal
from staff.actions.booking import block, book, confirm_booking, rebook, release, release_booking
from staff.actions.employment import edit, hire, leave
from staff.actions.ledgers import log_time, post_score, post_time, retract_score, score
from staff.actions.organising import form_team, open_branch
from staff.actions.qualifying import assess, define_skill, license_for, revoke_licence

__all__ = [
    "assess",
    "block",
    "book",
    "compile_appraisal",
    "confirm_appraisal",
    "confirm_booking",
    "define_skill",
    "edit",
    "form_team",
    "hire",
    "importing",
    "leave",
    "license_for",
    "log_time",
    "open_branch",
    "post_score",
    "post_time",
    "rebook",
    "release",
    "release_booking",
    "retract_score",
    "revoke_licence",
    "score",
]
