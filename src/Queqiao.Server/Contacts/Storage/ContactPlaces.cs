using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>Where values about a person lie, sealed under their key. Stored in effect: never rename one.</summary>
internal static class ContactPlaces
{
    public const string IdentityPurpose = "channel identity";

    public static SealedPlace Name(Guid contact) => new("contact.name", contact);

    public static SealedPlace Identity(Guid channel) => new("contact_identity", channel);
}
