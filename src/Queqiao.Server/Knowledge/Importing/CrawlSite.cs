using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>Walks through a site, page by page, into rows that can be looked at. Stays on its host and below the path it began with, heeds robots.txt, and goes on where it was.</summary>
[NoPurposeGate("Reads public pages; no person's data is used.")]
internal sealed class CrawlSite(IStorageEngine storage, GuardedHttp http) : IJobHandler
{
    public const string Name = "knowledge.crawl";
    private const int MostWaiting = 5_000;
    private const int MostFailures = 20;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1 };

    internal sealed record Payload(Guid ImportId);

    /// <param name="Seen">Hashes of the addresses that were found.</param>
    internal sealed record Walk(IReadOnlyList<string> Waiting, IReadOnlyList<int> Seen, int Rows, int Failures, IReadOnlyList<string> Closed);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var id = run.Payload<Payload>().ImportId;
        KnowledgeImport? import;
        await using (var db = storage.Read(run.Ws))
            import = await db.Table<KnowledgeImport>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == run.Ws && row.Id == id, ct);
        if (import is null || import.Phase != "reading")
            return new JobOutcome.GiveUp("knowledge_import_state");
        var (plan, start) = (ImportPlan.Of(import.Plan), new Uri(import.Name));
        using var client = http.Client(new OutboundLimits(TimeSpan.FromSeconds(20), 5 * 1024 * 1024, MaxRedirects: 3));
        var walk = run.Resume<Walk>() ?? new Walk([start.AbsoluteUri], [Hash(start)], 0, 0, await ClosedBy(client, start, ct));
        while (walk.Waiting.Count > 0 && walk.Rows < plan.Most && walk.Failures < MostFailures)
        {
            ct.ThrowIfCancellationRequested();
            walk = await Page(run, import, plan, start, client, walk, ct);
        }
        var total = walk.Rows;
        return new JobOutcome.Done((unit, stop) => unit.Db.Table<KnowledgeImport>().Where(row => row.Ws == run.Ws && row.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Phase, "draft").SetProperty(row => row.Total, total), stop));
    }

    private async Task<Walk> Page(JobRun run, KnowledgeImport import, ImportPlan plan, Uri start, HttpClient client, Walk walk, CancellationToken ct)
    {
        var address = new Uri(walk.Waiting[0]);
        // Links are looked at before they wait; the page it begins with is somebody's wish, and may be closed as well.
        var (page, fault) = IsClosed(walk.Closed, address) ? (null, "knowledge_page_closed") : await Get(client, address, ct);
        var seen = walk.Seen.ToHashSet();
        var waiting = walk.Waiting.Skip(1).ToList();
        foreach (var link in page?.Links ?? [])
        {
            if (waiting.Count < MostWaiting && IsBelow(start, link) && !IsClosed(walk.Closed, link) && seen.Add(Hash(link)))
                waiting.Add(link.AbsoluteUri);
        }
        var isKept = fault is not null || page is { IsForbidden: false, Body.Length: > 40 };
        var next = walk with { Waiting = waiting, Seen = [.. seen], Rows = walk.Rows + (isKept ? 1 : 0), Failures = fault is null ? walk.Failures : walk.Failures + 1 };
        await storage.Run(run.Ws, async (unit, stop) =>
        {
            if (isKept)
            {
                var item = ReadDocuments.Article(page?.Title is { Length: > 0 } title ? title : address.AbsolutePath, page?.Body ?? "", address.AbsoluteUri, page?.Language is { } language && Writing.ContentRules.IsLanguage(language) ? plan with { Language = language } : plan);
                unit.Db.Table<KnowledgeImportRow>().Add(Imports.RowOf(run.Ws, import.Id, next.Rows, item with { Key = KeyOf(address), Fault = fault }));
                await unit.Db.SaveChangesAsync(stop);
            }
            await run.SaveIn(unit, next, new JobProgress(next.Rows, Math.Min(plan.Most, next.Rows + waiting.Count), "knowledge_crawling"), stop);
            return 0;
        }, ct);
        return next;
    }

    private static async Task<(ReadHtml.Page? Page, string? Fault)> Get(HttpClient client, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(address, ct);
            if (answer.StatusCode != HttpStatusCode.OK)
                return (null, "knowledge_page_failed");
            if (answer.Content.Headers.ContentType?.MediaType is not ("text/html" or "application/xhtml+xml"))
                return (new ReadHtml.Page("", "", null, [], IsForbidden: true), null); // a picture, a download
            var bytes = await answer.Content.ReadAsByteArrayAsync(ct);
            return (ReadHtml.Of(EncodingOf(answer.Content.Headers.ContentType.CharSet).GetString(bytes), answer.RequestMessage?.RequestUri ?? address), null);
        }
        catch (OutboundRefusedException)
        {
            return (null, "knowledge_page_refused");
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return (null, "knowledge_page_failed");
        }
    }

    private static Encoding EncodingOf(string? name)
    {
        try
        {
            return name is null ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(name.Trim('"')) ?? Encoding.GetEncoding(name.Trim('"'));
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }

    /// <summary>Paths that robots.txt (RFC 9309) closes to everybody; groups for others are none of ours.</summary>
    private static async Task<IReadOnlyList<string>> ClosedBy(HttpClient client, Uri start, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(start, "/robots.txt"), ct);
            return answer.StatusCode == HttpStatusCode.OK ? Closed(await answer.Content.ReadAsStringAsync(ct)) : [];
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException or OutboundRefusedException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return [];
        }
    }

    internal static IReadOnlyList<string> Closed(string robots)
    {
        var (closed, isMine, wasAgent) = (new List<string>(), false, false);
        foreach (var line in robots.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Contains(':', StringComparison.Ordinal)))
        {
            var (name, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)].Trim(), line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (name.Equals("user-agent", StringComparison.OrdinalIgnoreCase))
            {
                isMine = (wasAgent && isMine) || value == "*";
                wasAgent = true;
                continue;
            }
            wasAgent = false;
            if (isMine && name.Equals("disallow", StringComparison.OrdinalIgnoreCase) && value.Length > 0)
                closed.Add(value.TrimEnd('*'));
        }
        return closed;
    }

    private static bool IsClosed(IReadOnlyList<string> closed, Uri link) => closed.Any(path => link.PathAndQuery.StartsWith(path, StringComparison.Ordinal));

    private static bool IsBelow(Uri start, Uri link) => link.AbsolutePath.StartsWith(start.AbsolutePath[..(start.AbsolutePath.LastIndexOf('/') + 1)], StringComparison.Ordinal);

    private static string KeyOf(Uri address) => address.AbsoluteUri.Length <= 100 ? address.AbsoluteUri : "url:" + Hash(address).ToString("x8", System.Globalization.CultureInfo.InvariantCulture) + address.AbsolutePath[Math.Max(0, address.AbsolutePath.Length - 80)..];

    /// <summary>The same in every process.</summary>
    private static int Hash(Uri address)
    {
        var hash = 2166136261u;
        foreach (var letter in address.AbsoluteUri)
            hash = (hash ^ letter) * 16777619;
        return (int)hash;
    }
}
