namespace Queqiao.Server.Channels;

/// <summary>How a web site's chat looks and who may embed it. A member that is not given has its default.</summary>
internal sealed record WebSettings
{
    public static readonly WebSettings Default = new();

    /// <summary>Heads the chat; the widget has its own words for an empty one.</summary>
    public string Title { get; init; } = "";

    /// <summary>Shown before anybody wrote; nothing when empty.</summary>
    public string Greeting { get; init; } = "";

    /// <summary>Of the button and the visitor's messages, as <c>#rrggbb</c>.</summary>
    public string Color { get; init; } = "#1f5fd1";

    /// <summary><c>auto</c> (the visitor's own), <c>zh-CN</c> or <c>en</c>.</summary>
    public string Locale { get; init; } = "auto";

    /// <summary>The corner: <c>right</c> or <c>left</c>.</summary>
    public string Position { get; init; } = "right";

    /// <summary>Sites that may embed the chat, written as browsers write an Origin; empty: every site.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Whether people are told what is stored before they write: <c>off</c>, <c>notice</c> (shown) or <c>accept</c> (nobody writes before they accepted).</summary>
    public string Notice { get; init; } = NoticeModes.Off;

    /// <summary>Whose pages the chat tells: <c>shown</c> (of everybody who has written; kept only with consent), <c>consent</c> (only of those who agreed to analytics) or <c>off</c>.</summary>
    public string Pages { get; init; } = PageModes.Shown;

    /// <summary>The <c>aud</c> that a signed user must be meant for; null: any.</summary>
    public string? UserAudience { get; init; }

    /// <summary>The <c>iss</c> that a signed user must come from; null: any.</summary>
    public string? UserIssuer { get; init; }

    /// <summary>Whether pages of this origin may use the channel.</summary>
    /// <param name="origin">The Origin header; null when the request has none, as from programs that are no browser.</param>
    public bool Allows(string? origin) =>
        AllowedOrigins.Count == 0 || origin is null || AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Whose pages are told to whoever answers them.</summary>
internal static class PageModes
{
    public const string Off = "off";
    public const string Consent = "consent";
    public const string Shown = "shown";

    public static readonly IReadOnlyList<string> All = [Off, Consent, Shown];
}

/// <summary>How much a channel makes of its notice.</summary>
internal static class NoticeModes
{
    public const string Off = "off";
    public const string Shown = "notice";
    public const string Accept = "accept";

    public static readonly IReadOnlyList<string> All = [Off, Shown, Accept];
}
