using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Contacts.People;

/// <summary>Where the values of a profile lie, sealed under their person's key. Stored in effect: never rename one.</summary>
internal static class ProfilePlaces
{
    public const string IdentifierPurpose = "contact identifier";
    public const string WordPurpose = "contact word";

    public static SealedPlace Identifier(Guid row) => new("contact_identifier", row);

    public static SealedPlace Detail(Guid contact) => new("contact_detail", contact);

    public static SealedPlace Note(Guid row) => new("contact_note", row);

    public static SealedPlace Block(Guid row) => new("contact_block", row);

    /// <summary>What stands for an identifier: equal for equal ones, whoever has them.</summary>
    public static Guid TagOf(this IVault vault, int ws, string kind, string value) =>
        vault.Tag(ws, IdentifierPurpose, $"{kind}|{Identifiers.Normal(kind, value)}");

    public static Guid WordOf(this IVault vault, int ws, string part) => vault.Tag(ws, WordPurpose, part);
}
