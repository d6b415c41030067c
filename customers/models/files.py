from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from customers.models.access import visible_customers
from customers.states import CustomerKind, Level, Zone
from service_center.kernel import bigrams, phones, privacy
from service_center.kernel.fields import EncryptedTextField

if TYPE_CHECKING:
    from service_center.kernel.models import User


class CustomerQuerySet(models.QuerySet["Customer"]):
    def lock(self, pk: int) -> Customer:
        """The row, held until the transaction ends; tickets and units may still be added to it."""
        return self.select_for_update(no_key=True, of=("self",)).select_related("branch").get(pk=pk)

    def visible_to(self, user: User | None) -> Self:
        """The files the user may see (contract C)."""
        allowed = visible_customers(user)
        return self.none() if allowed is None else self.filter(allowed)

    def with_phone(self, e164: str) -> Self:
        """Files in which this number stands, the customer's own or a contact's."""
        index = phones.index(e164)
        return self.filter(
            Q(phone_index=index) | Q(pk__in=Contact.objects.filter(phone_index=index).values("customer"))
        )

    def with_last4(self, digits: str) -> Self:
        """Files with a number that ends in these four digits."""
        index = phones.last4_index(digits)
        contacts = Contact.objects.filter(phone_last4_index=index)
        return self.filter(Q(phone_last4_index=index) | Q(pk__in=contacts.values("customer")))

    def matching(self, text: str) -> Self:
        """Files whose name or a contact's name holds the text; two Chinese characters are enough."""
        condition = bigrams.query(text)
        return self.filter(search_doc__words=condition) if condition is not None else self.none()


class Customer(models.Model):
    """A customer's file: who they are, where they live, how they are reached.

    Number, e-mail and the address below the district are encrypted; `phone_index` and `phone_last4_index`
    find the number again. The number is shown masked unless it is revealed with a reason.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=CustomerKind.choices, default=CustomerKind.PERSON)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.ORDINARY)
    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="+")
    dedicated_agent = models.ForeignKey(
        "staff.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, editable=False)
    phone_last4_index = models.CharField(max_length=64, editable=False)
    email = EncryptedTextField(blank=True, default="")
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=60, blank=True)
    zone = models.CharField(max_length=8, choices=Zone.choices, default=Zone.CITY)
    address_detail = EncryptedTextField(blank=True, default="")
    opened_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["phone_index"], name="customer_phone"),
            models.Index(fields=["phone_last4_index"], name="customer_phone_last4"),
            models.Index(fields=["branch", "-id"], name="customer_branch_newest"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """The number as screens and answers show it: 138****8000."""
        return phones.mask(self.phone)

    @property
    def masked_email(self) -> str:
        return privacy.mask_email(self.email) if self.email else ""

    @property
    def masked_address(self) -> str:
        """The street address as everybody may see it."""
        return privacy.mask_address(self.address_detail)

    @property
    def region(self) -> str:
        """Province, city and district in one line, the city not twice."""
        return "".join(dict.fromkeys(part for part in (self.province, self.city, self.district) if part))

    def set_phone(self, e164: str) -> None:
        """Take a number together with what finds it again."""
        self.phone, self.phone_index = e164, phones.index(e164)
        self.phone_last4_index = phones.last4_index(phones.last4(e164))


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User | None) -> Self:
        """The contacts of the files the user may see."""
        allowed = visible_customers(user, "customer__")
        return self.none() if allowed is None else self.filter(allowed)


class Contact(models.Model):
    """Somebody else who may be called about the customer's units."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=40, blank=True)
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, editable=False)
    phone_last4_index = models.CharField(max_length=64, editable=False)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["phone_index"], name="contact_phone"),
            models.Index(fields=["phone_last4_index"], name="contact_phone_last4"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        return phones.mask(self.phone)

    def set_phone(self, e164: str) -> None:
        """Take a number together with what finds it again."""
        self.phone, self.phone_index = e164, phones.index(e164)
        self.phone_last4_index = phones.last4_index(phones.last4(e164))


class SearchDoc(models.Model):
    """The words a file is found by: bigrams of its names. A table of its own, so that editing a file stays
    cheap.
    """

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="search_doc")
    words = SearchVectorField()

    class Meta:
        indexes = (GinIndex(fields=["words"], name="customer_words"),)

    def __str__(self) -> str:
        return f"words of {self.customer_id}"
