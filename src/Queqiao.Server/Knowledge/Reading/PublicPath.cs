using Queqiao.Server.Knowledge.Writing;

namespace Queqiao.Server.Knowledge.Reading;

/// <summary>Where something stands in the public help centre.</summary>
internal static class PublicPath
{
    /// <summary>Null: it is not there, because it is not for everybody or no help centre has it in this language.</summary>
    public static string? Of(Shelf shelf, PublishedItem item, string language, string? anchor = null)
    {
        if (item.Content.Audience.Kind != Audience.Everybody || shelf.Bases.FirstOrDefault(row => row.Id == item.BaseId) is not { } home || shelf.HelpOf(home.Id) is not { IsOn: true } help)
            return null;
        if ((help.Languages is { Count: > 0 } chosen ? chosen : [home.Language]).FirstOrDefault(one => KnowledgeContent.Speaks(one, language)) is not { } shown)
            return null;
        var path = To(item, shown) + (anchor is null ? "" : "#" + Uri.EscapeDataString(anchor));
        // Under the server's own name there is one help centre (HelpSites): the first without a name of its own.
        return home.Host is { } host ? $"https://{host}{path}"
            : shelf.Bases.First(row => row.Host is null && shelf.HelpOf(row.Id).IsOn).Id == home.Id ? path
            : null;
    }

    public static string To(PublishedItem item, string language)
    {
        var text = item.Content.Texts.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, language)) ?? (item.Content.Texts is [var first, ..] ? first : null);
        var slug = text?.Slug ?? Slugs.Of(item.Content.TitleIn(language));
        return $"/help/{language}/articles/{item.Id:N}/{Uri.EscapeDataString(slug)}";
    }
}
