using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary><c>GET /api/v1/knowledge/export</c>: what is published, as it can be imported again and for the same readers: FAQs and facts as CSV, articles as Markdown files in a ZIP.</summary>
internal static class Export
{
    public static async Task<IResult> Handle(Actor actor, KnowledgeLibrary library, IStorageEngine storage, HttpContext context, CancellationToken ct, string format = "csv", Guid? @base = null)
    {
        if (format is not ("csv" or "markdown" or "facts"))
            return Refusal.Invalid("format", "not_one_of", "csv, markdown, facts").ToProblem();
        var published = (await library.Of(actor.Ws, ct)).Published(@base);
        var items = published.Items;
        await Audit.Reading(storage, actor, context, "knowledge.exported", "knowledge_base", @base?.ToString(), new { format, items = items.Count }, ct);
        return format switch
        {
            "csv" => Table(Csv(items), "faqs.csv"),
            "facts" => Table(Facts(published.Facts), "facts.csv"),
            _ => TypedResults.Bytes(await Zip(items, ct), "application/zip", "articles.zip"),
        };
    }

    private static FileContentHttpResult Table(string text, string name) => TypedResults.Bytes(Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(text)).ToArray(), "text/csv; charset=utf-8", name);

    private static string Facts(IEnumerable<PublishedFact> facts) => Platform.Tables.Csv.Line(["subject", "relation", "object", "audience"])
        + string.Concat(facts.Select(fact => Platform.Tables.Csv.Line([fact.Subject, fact.Relation, fact.Target, fact.IsInternal ? Audience.Colleagues : Audience.Everybody])));

    internal static string Csv(IEnumerable<PublishedItem> items)
    {
        var text = new StringBuilder(Platform.Tables.Csv.Line(ReadTable.Columns));
        foreach (var item in items.Where(item => item.IsFaq))
        {
            foreach (var answer in item.Content.Answers)
            {
                var wording = item.Content.Wordings.FirstOrDefault(one => KnowledgeContent.Speaks(one.Language, answer.Language)) ?? item.Content.Wordings[0];
                var audience = Both(item.Content.Audience, answer.Audience);
                text.Append(Platform.Tables.Csv.Line([
                    item.ExternalKey ?? item.Id.ToString("N"), string.Join('/', item.Category), wording.Question, string.Join(" || ", wording.Similar), answer.Text, answer.Language, answer.Channel, ReadTable.TextOf(audience), string.Join(" || ", item.Content.Keywords), Time(item.Content.ValidFrom), Time(item.Content.ValidTo)]));
            }
        }
        return text.ToString();
    }

    private static async Task<byte[]> Zip(IEnumerable<PublishedItem> items, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var item in items.Where(item => !item.IsFaq))
            {
                foreach (var article in item.Content.Texts)
                {
                    var name = $"{article.Language}/{string.Join('/', item.Category.Select(Slugs.Of).Append(article.Slug.Length > 0 ? article.Slug : Slugs.Of(article.Title)))}-{item.Id.ToString("N")[^6..]}.md";
                    await using var entry = await zip.CreateEntry(name).OpenAsync(ct);
                    await entry.WriteAsync(Encoding.UTF8.GetBytes($"{HeadOf(item, article)}# {article.Title}\n\n{article.Body}\n"), ct);
                }
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Who reads it and until when goes along: what was for colleagues would be everybody's after the next import.</summary>
    private static string HeadOf(PublishedItem item, ArticleText article) => FrontMatter.Write([
        ("language", article.Language), ("audience", ReadTable.TextOf(item.Content.Audience)), ("category", string.Join('/', item.Category)), ("valid_from", Time(item.Content.ValidFrom)), ("valid_to", Time(item.Content.ValidTo))]);

    /// <summary>Who may see an answer of an item: whom both are for.</summary>
    internal static Audience Both(Audience item, Audience? answer) => answer is null || answer.Kind == Audience.Everybody ? item
        : item.Kind == Audience.Everybody ? answer
        : item.Kind == Audience.Some && answer.Kind == Audience.Some && item.Segments.Intersect(answer.Segments, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } shared ? answer with { Segments = shared }
        : Audience.Internal;

    private static string? Time(long? at) => at is { } known ? WireTime.Format(known) : null;
}
