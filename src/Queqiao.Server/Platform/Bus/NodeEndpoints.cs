using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Bus;

/// <param name="State"><c>serving</c>, <c>draining</c>, <c>stopped</c> or <c>lost</c>.</param>
/// <param name="SeenSecondsAgo">Since it last said that it lives.</param>
/// <param name="Bus">How words come to it: <c>rabbitmq</c>, <c>postgres</c>, <c>looking</c>, or <c>alone</c>.</param>
/// <param name="IsThis">Whether it is the one that answers.</param>
internal sealed record NodeItem(
    Guid Id, string Name, string Version, string State, string StartedAt, double SeenSecondsAgo, long Connections, long CpuMilli, int Cpus, long MemoryBytes, string Bus, bool IsThis)
{
    public static NodeItem Of(KnownNode node, Guid self) => new(
        node.Id, node.Name, node.Version, node.State, WireTime.Format(node.StartedAt), Math.Round(node.Age.TotalSeconds, 1),
        node.Facts.Connections, node.Facts.CpuMilli, node.Facts.Cpus, node.Facts.MemoryBytes, node.Facts.Bus, node.Id == self);
}

internal sealed record NodeList(IReadOnlyList<NodeItem> Items, ScaleSignal Scale);

/// <summary>The servers of this store, for administrators and for whatever starts and stops servers.</summary>
internal static class NodeEndpoints
{
    public static void MapNodes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/nodes", List).Needs(Permissions.ManageJobs).TakesQuery().WithTags("System")
            .WithSummary("The servers of this store, and how many there should be").Produces<NodeList>();
        app.MapGet("/health/scale", Scale).IsPublic().ExcludeFromDescription();
    }

    private static async Task<IResult> List(IBus bus, NodeSource nodes, CancellationToken ct)
    {
        var known = await nodes.All(ct);
        return TypedResults.Ok(new NodeList([.. known.Select(node => NodeItem.Of(node, bus.Node))], await nodes.Signal(known, ct)));
    }

    /// <summary>For autoscalers that take a number from a JSON document. Only for whoever may see other numbers of this server.</summary>
    private static async Task<IResult> Scale(HttpContext context, NodeSource nodes, Insiders insiders, CancellationToken ct)
    {
        if (!await insiders.Includes(context))
            return Refusal.NotFound().ToProblem();
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await nodes.Signal(await nodes.All(ct), ct));
    }
}

/// <summary>Who is there: from the registry, or just this node when there can be no other.</summary>
internal sealed class NodeSource(IStorageEngine storage, TimeProvider clock, NodeOptions options, IEnumerable<INodeGauge> gauges, NodeRegistry? registry = null)
{
    private readonly long _startedAt = clock.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask<IReadOnlyList<KnownNode>> All(CancellationToken ct)
    {
        if (registry is null)
        {
            var facts = gauges.Aggregate(new NodeFacts { Cpus = Environment.ProcessorCount, MemoryBytes = Environment.WorkingSet, Bus = "alone" }, static (known, gauge) => gauge.Add(known));
            return [new KnownNode(Guid.Empty, options.Name, NodeRegistry.Version, Storage.NodeState.Serving, _startedAt, TimeSpan.Zero, facts)];
        }
        await registry.Look(ct);
        return registry.Known;
    }

    public async Task<ScaleSignal> Signal(IReadOnlyList<KnownNode> nodes, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = storage.ReadSystem();
        var oldest = await db.Table<JobRow>().AsNoTracking().Where(job => job.State == JobState.Waiting && job.RunAt < now).MinAsync(job => (long?)job.RunAt, ct);
        return ScaleRule.Of(nodes, oldest is { } due ? (now - due) / 1000 : 0);
    }
}
