namespace Queqiao.Server.Contacts.People;

/// <summary>What a typed search can mean.</summary>
internal static class NameSearch
{
    /// <summary>Identifiers it could be: <c>crm:C-77</c> names the kind, else whatever it looks like.</summary>
    public static IEnumerable<ClaimedIdentity> Identifiers(string search)
    {
        var text = search.Trim();
        if (text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && IdentityKinds.IsKind(text[..colon]) && text[(colon + 1)..].Trim() is { Length: > 0 } rest)
            yield return new(text[..colon], rest);
        yield return new(IdentityKinds.User, text);
        if (Contacts.Identifiers.IsEmail(text))
            yield return new(IdentityKinds.Email, text);
        if (Contacts.Identifiers.IsPhone(text))
            yield return new(IdentityKinds.Phone, text);
    }

    /// <summary>Whether a name, in clear, has what was searched for: the index only knows parts, not their order.</summary>
    public static bool Matches(string name, string search)
    {
        var folded = NameWords.Fold(name);
        var words = folded.Split([' ', ',', '.', '·', '-', '\''], StringSplitOptions.RemoveEmptyEntries);
        return NameWords.Fold(search).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(part => part.Any(letter => letter > '\u2e80') ? folded.Contains(part, StringComparison.Ordinal) : words.Any(word => word.StartsWith(part, StringComparison.Ordinal)) || folded.Contains(part, StringComparison.Ordinal));
    }
}
