using Queqiao.Server.Knowledge.Writing;

namespace Queqiao.Server.Knowledge.Reading;

/// <summary>Where something stands in the public help centre.</summary>
internal static class PublicPath
{
    /// <summary>Null: it is not there, because there is no help centre or it is not for everybody.</summary>
    public static string? Of(Shelf shelf, PublishedItem item, string language, string? anchor = null)
    {
        if (item.Content.Audience.Kind != Audience.Everybody || shelf.Bases.FirstOrDefault(row => row.Id == item.BaseId) is not { } home || !HelpCentreSettings.Of(home.Help).IsOn)
            return null;
        return To(item, language) + (anchor is null ? "" : "#" + Uri.EscapeDataString(anchor));
    }

    public static string To(PublishedItem item, string language)
    {
        var text = item.Content.Texts.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, language)) ?? (item.Content.Texts is [var first, ..] ? first : null);
        var slug = text?.Slug ?? Slugs.Of(item.Content.TitleIn(language));
        return $"/help/{language}/articles/{item.Id:N}/{Uri.EscapeDataString(slug)}";
    }
}
