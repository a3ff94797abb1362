using System.Globalization;
using System.Text;

namespace Queqiao.Channels.Sending;

/// <summary>Says as text what a platform cannot draw, leaving nothing out: choices are numbered, addresses written out.</summary>
internal static class Fallback
{
    public static string Text(CardContent card)
    {
        var text = new StringBuilder(card.Title);
        if (card.Text is { Length: > 0 })
            text.Append('\n').Append(card.Text);
        if (card.Image is not null)
            text.Append('\n').Append(card.Image);
        var number = 0;
        foreach (var button in card.Buttons)
            text.Append('\n').Append(button.Url is null ? $"{++number}. {button.Label}" : $"{button.Label}: {button.Url}");
        return text.ToString();
    }

    public static string Text(LinkContent link) => string.Join('\n', new[] { link.Title, link.Description, link.Url.ToString() }.Where(line => !string.IsNullOrEmpty(line)));

    public static string Text(LocationContent place)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"{place.Latitude:0.######},{place.Longitude:0.######}");
        return string.Join('\n', new[] { place.Title, place.Address, "geo:" + at }.Where(line => !string.IsNullOrEmpty(line)));
    }

    /// <summary>Null when there is no address to write out: then the file cannot be sent.</summary>
    public static string? Text(MediaContent media) => media.Media.PublicUrl is not { } url ? null
        : string.Join('\n', new[] { media.Caption, media.Media.FileName, url.ToString() }.Where(line => !string.IsNullOrEmpty(line)));
}
