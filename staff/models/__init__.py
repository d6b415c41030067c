"""The staff app's rows. One module per topic."""

from staff.models.appraisals import Appraisal, AppraisalLine
from staff.models.bookings import Booking
from staff.models.competence import Licence, Licensable, PersonSkill, Skill
from staff.models.ledgers import ScoreEntry, TimeEntry
from staff.models.organisation import Branch, Person, Team

__all__ = [
    "Appraisal",
    "AppraisalLine",
    "Booking",
    "Branch",
    "Licence",
    "Licensable",
    "Person",
    "PersonSkill",
    "ScoreEntry",
    "Skill",
    "Team",
    "TimeEntry",
]
