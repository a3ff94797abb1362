using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Queqiao.Server.Knowledge.Rendering;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>Markdown, HTML, Word and PDF as articles in Markdown; tables stay tables where the file says that they are some.</summary>
internal static class ReadDocuments
{
    private const int MostPages = 2_000;
    private const long MostUnpacked = 200L * 1024 * 1024;

    public static ImportedItem Markdown(string text, string name, ImportPlan plan)
    {
        var (said, body, isBroken) = FrontMatter.Read(text);
        var title = Markup.Sections(body).FirstOrDefault(section => section.Heading is not null)?.Heading;
        // A first heading that only repeats the title would stand there twice.
        if (title is not null && body.TrimStart().StartsWith("# ", StringComparison.Ordinal))
            body = body.TrimStart()[(body.TrimStart().IndexOf('\n', StringComparison.Ordinal) is > 0 and var end ? end : body.TrimStart().Length)..];
        plan = plan with { Language = said.GetValueOrDefault("language", plan.Language), Audience = said.GetValueOrDefault("audience", plan.Audience), Category = said.GetValueOrDefault("category") ?? plan.Category };
        var article = Article(said.GetValueOrDefault("title") ?? title ?? Path.GetFileNameWithoutExtension(name), body, name, plan);
        var (from, to) = (said.GetValueOrDefault("valid_from"), said.GetValueOrDefault("valid_to"));
        if (isBroken)
            return article with { Fault = FrontMatter.Broken };
        var timed = article with { Content = article.Content with { ValidFrom = from is null ? null : ReadTable.TimeOf(from), ValidTo = to is null ? null : ReadTable.TimeOf(to) } };
        return (from is not null && timed.Content.ValidFrom is null) || (to is not null && timed.Content.ValidTo is null) ? timed with { Fault = "invalid_time" } : timed;
    }

    public static ImportedItem Word(Stream file, string name, ImportPlan plan)
    {
        RefuseBombs(file);
        using var document = WordprocessingDocument.Open(file, isEditable: false, new OpenSettings { MaxCharactersInPart = 20_000_000 });
        var text = new StringBuilder();
        string? title = null;
        foreach (var block in document.MainDocumentPart?.Document?.Body?.ChildElements ?? [])
        {
            if (block is DocumentFormat.OpenXml.Wordprocessing.Table table)
                Rows(text, [.. table.Elements<TableRow>().Select(row => row.Elements<TableCell>().Select(cell => string.Join(" ", cell.Descendants<Paragraph>().Select(TextOf))).ToList())]);
            else if (block is Paragraph paragraph && TextOf(paragraph) is { Length: > 0 } line)
            {
                var level = LevelOf(paragraph);
                if (level == 1 && title is null)
                    title = line;
                else if (level > 0)
                    text.Append('\n').Append('#', Math.Min(level + 1, 4)).Append(' ').Append(Escape(line)).Append("\n\n");
                else if (paragraph.ParagraphProperties?.NumberingProperties is not null)
                    text.Append("- ").Append(Escape(line)).Append('\n');
                else
                    text.Append(Escape(line)).Append("\n\n");
            }
        }
        return Article(title ?? Path.GetFileNameWithoutExtension(name), text.ToString(), name, plan);
    }

    public static ImportedItem Pdf(Stream file, string name, ImportPlan plan)
    {
        using var document = PdfDocument.Open(file, new ParsingOptions { UseLenientParsing = true });
        if (document.NumberOfPages > MostPages)
            return Article(Path.GetFileNameWithoutExtension(name), "", name, plan) with { Fault = "too_many", FaultArg = MostPages.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        var lines = document.GetPages().SelectMany(PdfLines.Of).ToList();
        var (title, body) = PdfLines.Markdown(lines);
        var article = Article(title ?? Path.GetFileNameWithoutExtension(name), body, name, plan);
        return body.Length == 0 ? article with { Fault = "knowledge_no_text" } : article; // pictures of pages
    }

    public static ImportedItem Article(string title, string body, string place, ImportPlan plan)
    {
        var line = Writing.ContentRules.Line(title);
        return new ImportedItem(IsFaq: false, new KnowledgeContent
        {
            Audience = ReadTable.AudienceOf(plan.Audience),
            Texts = [new ArticleText(plan.Language, Platform.I18n.ShortText.Cut(line, Writing.ContentRules.MostTitle), body.Trim())],
        }, place, plan.Category);
    }

    /// <summary>A table in Markdown; its first row is the head.</summary>
    public static void Rows(StringBuilder text, List<List<string>> rows)
    {
        if (rows.Count == 0)
            return;
        var width = rows.Max(row => row.Count);
        text.Append('\n');
        for (var i = 0; i < rows.Count; i++)
        {
            text.Append('|');
            for (var j = 0; j < width; j++)
                text.Append(' ').Append(j < rows[i].Count ? Escape(rows[i][j].ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal)) : "").Append(" |");
            text.Append('\n');
            if (i == 0)
                text.Append('|').Insert(text.Length, "---|", width).Append('\n');
        }
        text.Append('\n');
    }

    /// <summary>What would be a mark of Markdown at the beginning of a line, or HTML.</summary>
    public static string Escape(string line)
    {
        var safe = line.Replace("<", "\\<", StringComparison.Ordinal);
        return safe.Length > 0 && safe[0] is '#' or '>' or '`' ? "\\" + safe : safe;
    }

    private static string TextOf(Paragraph paragraph) => Writing.ContentRules.Line(string.Concat(paragraph.Descendants<DocumentFormat.OpenXml.Wordprocessing.Text>().Select(text => text.Text)));

    private static int LevelOf(Paragraph paragraph)
    {
        var style = paragraph.ParagraphProperties?.ParagraphStyleId?.Val?.Value ?? "";
        if (style.Equals("Title", StringComparison.OrdinalIgnoreCase))
            return 1;
        return style.StartsWith("Heading", StringComparison.OrdinalIgnoreCase) && style.Length > 7 && char.IsAsciiDigit(style[7]) ? style[7] - '0'
            : style.Length == 1 && char.IsAsciiDigit(style[0]) ? style[0] - '0' // the styles of Chinese Word are called 1, 2, 3
            : paragraph.ParagraphProperties?.OutlineLevel?.Val?.Value is { } outline and < 6 ? outline + 1 : 0;
    }

    /// <summary>A small file that becomes huge.</summary>
    private static void RefuseBombs(Stream file)
    {
        using (var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true))
        {
            if (zip.Entries.Count > 5_000 || zip.Entries.Sum(entry => entry.Length) > MostUnpacked)
                throw new InvalidDataException("The document unpacks to more than anybody writes.");
        }
        file.Position = 0;
    }
}
