using System.Text.Json.Nodes;
using Queqiao.Channels.Formatting;

namespace Queqiao.Channels.Feishu;

/// <summary>Marks as a post of Feishu: lines of pieces with bold, italic and links. Lists and quotes keep their signs.</summary>
internal static class FeishuPost
{
    public static JsonObject Of(RichText text)
    {
        var lines = new JsonArray();
        foreach (var block in text.Blocks)
        {
            if (block.IsApart && lines.Count > 0)
                lines.Add(new JsonArray(Piece(new RichRun(" "))));
            foreach (var (index, line) in block.Lines.Index())
            {
                var sign = block.Sign(index);
                lines.Add(new JsonArray([.. (sign.Length > 0 ? [new RichRun(sign), .. line] : line).Where(run => run.Text.Length > 0).Select(Piece)]));
            }
        }
        return new JsonObject { ["zh_cn"] = new JsonObject { ["content"] = lines } };
    }

    private static JsonNode Piece(RichRun run)
    {
        var piece = run.LeadsToPage ? new JsonObject { ["tag"] = "a", ["href"] = run.Href, ["text"] = run.Text } : new JsonObject { ["tag"] = "text", ["text"] = run.Words };
        var style = new JsonArray();
        if (run.Bold)
            style.Add("bold");
        if (run.Italic)
            style.Add("italic");
        if (style.Count > 0)
            piece["style"] = style;
        return piece;
    }
}
