using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Background;

/// <summary><c>GET /api/v1/jobs</c> and <c>GET /api/v1/jobs/{id}</c></summary>
internal static class ShowJobs
{
    private const int Most = 100;

    /// <param name="Limit">1–100, default 50.</param>
    /// <param name="Cursor">From the page before.</param>
    internal sealed record Query(string? State, string? Kind, int? Limit, string? Cursor);

    internal sealed record Page(IReadOnlyList<JobView> Items, string? NextCursor);

    public static async Task<IResult> List([AsParameters] Query query, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (query.State is { } asked && !JobState.All.Contains(asked))
            return Refusal.Invalid("state", "not_one_of", string.Join(", ", JobState.All)).ToProblem();
        var limit = query.Limit ?? 50;
        if (limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        Guid before = default;
        if (query.Cursor is { } cursor && !Guid.TryParseExact(cursor, "N", out before))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();

        await using var db = storage.Read(actor.Ws);
        var jobs = db.Table<JobRow>().AsNoTracking().Where(job => job.Ws == actor.Ws);
        if (query.State is { } state)
            jobs = jobs.Where(job => job.State == state);
        if (query.Kind is { } kind)
            jobs = jobs.Where(job => job.Kind == kind);
        if (query.Cursor is not null)
            jobs = jobs.Where(job => job.Id.CompareTo(before) < 0);
        var rows = await jobs.OrderByDescending(job => job.Id).Take(limit + 1).ToListAsync(ct);
        var locale = Locale.Of(context);
        return TypedResults.Ok(new Page([.. rows.Take(limit).Select(job => JobView.Of(job, locale))], rows.Count > limit ? rows[limit - 1].Id.ToString("N") : null));
    }

    public static async Task<IResult> One(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var job = await db.Table<JobRow>().AsNoTracking().SingleOrDefaultAsync(job => job.Ws == actor.Ws && job.Id == id, ct);
        return job is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(JobView.Of(job, Locale.Of(context)));
    }
}
