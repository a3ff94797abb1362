using System.Collections.Frozen;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Which marks customers of a kind of channel see, and how its platform writes them (docs/formatted-text.md). The web widget and mail
/// get the marks themselves; a kind that is missing here is plain text.
/// </summary>
internal static class Dialects
{
    private static readonly FrozenDictionary<string, Dialect> Known = new Dictionary<string, Dialect>
    {
        [ChannelKinds.Web] = new(Marks.All),
        ["email"] = new(Marks.All),
        ["whatsapp"] = new(Marks.All & ~Marks.Link) { Bold = "*", Italic = "_" },
        ["slack"] = new(Marks.All & ~Marks.List) { Bold = "*", Italic = "_", Link = (words, address) => $"<{address}|{Bare(words)}>" },
        ["discord"] = new(Marks.All) { Bold = "**", Italic = "*", Link = (words, address) => $"[{words}]({address})" },
    }.ToFrozenDictionary();

    public static Dialect Of(string kind) => Known.GetValueOrDefault(kind, Dialect.Plain);

    /// <summary>Slack's own signs end a link.</summary>
    private static string Bare(string words) => words.Replace('<', '‹').Replace('>', '›').Replace('|', '¦');
}
