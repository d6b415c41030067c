from service_center.kernel.management.importing import ImportCommand
from staff.actions import importing


class Command(ImportCommand):
    help = "Bring people in from an XLSX or CSV file, line by line."
    columns, verb = importing.COLUMNS, importing.import_person
