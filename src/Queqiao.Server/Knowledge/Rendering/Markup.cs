using System.Text;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.AutoLinks;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Queqiao.Server.Knowledge.Writing;

namespace Queqiao.Server.Knowledge.Rendering;

/// <summary>A part of an article under one heading.</summary>
/// <param name="Heading">Null before the first heading.</param>
/// <param name="Anchor">Its id on the page.</param>
internal sealed record Section(string? Heading, string? Anchor, int Level, string Text);

/// <summary>
/// Markdown as it is shown: what is HTML in it stands there as text, links lead to https, http, mail, telephones and places of this site only,
/// pictures are the base's own files. Nothing else can come out, whatever is written: there is no way from the text to a tag that is not made here.
/// </summary>
internal static class Markup
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables(new PipeTableOptions { UseHeaderForColumnCount = true })
        .UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough)
        .UseAutoLinks(new AutoLinkOptions { OpenInNewWindow = false })
        .UseTaskLists()
        .UsePreciseSourceLocation()
        .Build();

    /// <summary>HTML of a text.</summary>
    /// <param name="markdown">From anybody.</param>
    /// <param name="filePath">What stands before a file's id in the address of a picture.</param>
    public static string Html(string markdown, string filePath = "/help/files/")
    {
        var document = Parse(markdown);
        Mend(document, filePath);
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return writer.ToString();
    }

    /// <summary>What it says without marks, for excerpts and search.</summary>
    public static string Plain(string markdown)
    {
        var text = new StringBuilder(markdown.Length);
        foreach (var block in Parse(markdown))
            Plain(block, text);
        return text.ToString().Trim();
    }

    /// <summary>The parts of an article by its headings.</summary>
    public static IReadOnlyList<Section> Sections(string markdown)
    {
        var sections = new List<Section>();
        var (heading, anchor, level, text) = ((string?)null, (string?)null, 0, new StringBuilder());
        foreach (var block in Parse(markdown))
        {
            if (block is not HeadingBlock { Level: <= 3 } title)
            {
                Plain(block, text);
                continue;
            }
            if (heading is not null || text.Length > 0)
                sections.Add(new Section(heading, anchor, level, text.ToString().Trim()));
            (heading, anchor, level) = (PlainOf(title), title.GetAttributes().Id, title.Level);
            text.Clear();
        }
        if (heading is not null || text.Length > 0)
            sections.Add(new Section(heading, anchor, level, text.ToString().Trim()));
        return sections;
    }

    private static MarkdownDocument Parse(string markdown)
    {
        var document = Markdown.Parse(Visible(markdown), Pipeline);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            var slug = Slugs.Free("s-" + Slugs.Of(PlainOf(heading)), taken);
            taken.Add(slug);
            heading.GetAttributes().Id = slug;
        }
        return document;
    }

    /// <summary>Without characters that take no room: they hide words from whoever reviews a text.</summary>
    private static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') || !text.Any(ContentRules.IsHidden))
            return text;
        var visible = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (!ContentRules.IsHidden(letter) || letter is '\r')
                visible.Append(letter);
        }
        return visible.ToString();
    }

    private static void Mend(MarkdownDocument document, string filePath)
    {
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            var address = link.GetDynamicUrl is { } made ? made() ?? link.Url : link.Url;
            link.GetDynamicUrl = null;
            if (link.IsImage)
            {
                link.Url = FileIn(address) is { } file ? filePath + file : null;
                if (link.Url is null)
                    link.ReplaceBy(new LiteralInline("[" + PlainOf(link) + "]"));
                else
                    link.GetAttributes().AddProperty("loading", "lazy");
            }
            else if (FileIn(address) is { } attached)
                link.Url = filePath + attached;
            else if (!IsAllowed(address))
                link.ReplaceBy(new LiteralInline(PlainOf(link)));
            else if (address!.StartsWith("http", StringComparison.OrdinalIgnoreCase))
                link.GetAttributes().AddProperty("rel", "noopener noreferrer nofollow");
        }
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            if (!link.IsEmail && !IsAllowed(link.Url))
                link.ReplaceBy(new LiteralInline(link.Url));
        }
        // Fences name a language, which would become a class.
        foreach (var fence in document.Descendants<FencedCodeBlock>())
        {
            fence.Info = null;
            fence.GetAttributes().Classes?.Clear();
        }
    }

    /// <summary>The file's id of <c>file:ID</c> or of the address where it is shown.</summary>
    private static string? FileIn(string? address)
    {
        var id = address is null ? null
            : address.StartsWith("file:", StringComparison.Ordinal) ? address["file:".Length..]
            : address.StartsWith("/help/files/", StringComparison.Ordinal) ? address["/help/files/".Length..] : null;
        return Guid.TryParse(id, out var file) ? file.ToString() : null;
    }

    /// <summary>Places of this site begin with one slash or #; everything else says how it is reached, and that must be a known way.</summary>
    internal static bool IsAllowed(string? address)
    {
        if (string.IsNullOrWhiteSpace(address) || address.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter) || letter is '\\' or '"' or '<' or '>'))
            return false;
        if (address[0] == '#')
            return true;
        if (address[0] == '/')
            return !address.StartsWith("//", StringComparison.Ordinal);
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "mailto" or "tel" && address.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase);
    }

    private static void Plain(MarkdownObject block, StringBuilder text)
    {
        switch (block)
        {
            case Table table:
                foreach (var row in table.OfType<TableRow>())
                    text.AppendJoin(" | ", row.OfType<TableCell>().Select(PlainOf)).Append('\n');
                break;
            case LeafBlock { Inline: { } inline }:
                Inlines(inline, text);
                text.Append('\n');
                break;
            case CodeBlock code:
                text.Append(code.Lines.ToString()).Append('\n');
                break;
            case ContainerBlock container:
                foreach (var child in container)
                    Plain(child, text);
                break;
        }
    }

    private static string PlainOf(MarkdownObject part)
    {
        var text = new StringBuilder();
        if (part is ContainerInline inline)
            Inlines(inline, text);
        else
            Plain(part, text);
        return text.ToString().Trim().ReplaceLineEndings(" ");
    }

    private static void Inlines(ContainerInline inlines, StringBuilder text)
    {
        foreach (var inline in inlines)
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case LineBreakInline:
                    text.Append('\n');
                    break;
                case AutolinkInline link:
                    text.Append(link.Url);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded.AsSpan());
                    break;
                case ContainerInline container:
                    Inlines(container, text);
                    break;
            }
        }
    }
}
