from customers.actions import importing
from service_center.kernel.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Bring customers in from an XLSX or CSV file, line by line."
    columns, verb = importing.FILE_COLUMNS, importing.import_file
