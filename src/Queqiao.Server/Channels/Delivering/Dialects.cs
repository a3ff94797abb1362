using System.Collections.Frozen;
using Queqiao.Channels.Formatting;
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
        ["telegram"] = new(Marks.All & ~Marks.List) { IsRich = true },
        ["teams"] = new(Marks.All) { IsRich = true },
        ["dingtalk"] = new(Marks.All & ~Marks.Code) { IsRich = true },
        ["feishu"] = new(Marks.Bold | Marks.Italic | Marks.Link) { IsRich = true },
        ["discord"] = new(Marks.All) { Bold = "**", Italic = "*", Link = (words, address) => $"[{words}]({address})" },
    }.ToFrozenDictionary();

    public static Dialect Of(string kind) => Known.GetValueOrDefault(kind, Dialect.Plain);

    /// <summary>What an adapter writes in its platform's form.</summary>
    public static RichText RichOf(FormattedText text) => new([.. text.Blocks.Select(block => new RichBlock(KindOf(block.Kind),
        [.. block.Lines.Select(line => (IReadOnlyList<RichRun>)[.. line.Select(span => new RichRun(span.Text, span.Marks.HasFlag(Marks.Bold), span.Marks.HasFlag(Marks.Italic), span.Marks.HasFlag(Marks.Code), span.Href))])],
        block.Apart, block.First))]);

    private static RichBlockKind KindOf(BlockKind kind) => kind switch
    {
        BlockKind.Bullets => RichBlockKind.Bullets,
        BlockKind.Numbers => RichBlockKind.Numbers,
        BlockKind.Quote => RichBlockKind.Quote,
        BlockKind.Code => RichBlockKind.Code,
        _ => RichBlockKind.Paragraph,
    };

    /// <summary>Slack's own signs end a link.</summary>
    private static string Bare(string words) => words.Replace('<', '‹').Replace('>', '›').Replace('|', '¦');
}
