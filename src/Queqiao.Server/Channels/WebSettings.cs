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

    /// <summary>Whether pages of this origin may use the channel.</summary>
    /// <param name="origin">The Origin header; null when the request has none, as from programs that are no browser.</param>
    public bool Allows(string? origin) =>
        AllowedOrigins.Count == 0 || origin is null || AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
