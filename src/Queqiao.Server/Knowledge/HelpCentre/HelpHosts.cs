using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary>
/// Names under which a help centre is found. There is nothing else under them: no console, no API, no sign-in, so that a name given to
/// readers is no second door for agents.
/// </summary>
internal sealed class HelpHosts
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly IStorageEngine _storage;
    private readonly TimeProvider _clock;
    private readonly string? _own;
    private volatile Known? _known;
    private int _isLooking;

    public HelpHosts(IStorageEngine storage, KnowledgeLibrary library, PublicUrl url, TimeProvider clock)
    {
        (_storage, _clock) = (storage, clock);
        _own = url.Configured is { } configured ? new Uri(configured).Host : null;
        library.Stale += () => _known = null;
    }

    private sealed record Known(long At, FrozenSet<string> Hosts);

    /// <summary>Whether a request for this host is for readers only. The server's own name never is.</summary>
    public async ValueTask<bool> Has(string host, CancellationToken ct) =>
        !host.Equals(_own, StringComparison.OrdinalIgnoreCase) && (await Hosts(ct)).Contains(host);

    private async ValueTask<FrozenSet<string>> Hosts(CancellationToken ct)
    {
        var known = _known;
        if (known is not null && _clock.GetElapsedTime(known.At) < Fresh)
            return known.Hosts;
        // One looks, the others go on with what was known; only the first ever waits for the store.
        if (known is not null && Interlocked.Exchange(ref _isLooking, 1) == 1)
            return known.Hosts;
        try
        {
            await using var db = _storage.ReadSystem();
            var rows = await db.Table<KnowledgeBaseRow>().AsNoTracking().Where(row => row.Host != null).Select(row => new { row.Host, row.Help }).ToListAsync(ct);
            var hosts = rows.Where(row => HelpCentreSettings.Of(row.Help).IsOn).Select(row => row.Host!).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
            _known = new Known(_clock.GetTimestamp(), hosts);
            return hosts;
        }
        finally
        {
            Interlocked.Exchange(ref _isLooking, 0);
        }
    }
}

internal static class HelpHostGuard
{
    public static void UseHelpHosts(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/help") || path == "/robots.txt" || !await context.RequestServices.GetRequiredService<HelpHosts>().Has(context.Request.Host.Host, context.RequestAborted))
            await next();
        else if (path == "/" || !path.HasValue)
            context.Response.Redirect("/help");
        else
            await Refusal.NotFound().ToProblem().ExecuteAsync(context);
    });
}
