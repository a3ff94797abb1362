using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Push;

/// <summary>The server of a firm's app: takes signed notifications, and has them ready for the phones of its users.</summary>
/// <param name="secret">With which they must be signed.</param>
public sealed class AppServerSimulator(string secret, TimeProvider clock) : IPushSimulator
{
    private const int Most = 50;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<AppNote>> notes = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>What a user was told, oldest first; of one conversation only the newest.</summary>
    public IReadOnlyList<AppNote> Of(string userId) => notes.TryGetValue(userId, out var all) ? [.. all.GroupBy(one => one.CollapseKey).Select(group => group.Last())] : [];

    /// <summary>The user has opened the app.</summary>
    public void Clear(string userId) => notes.TryRemove(userId, out _);

    public SimAnswer Answer(SimRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var timestamp = request.Header("Queqiao-Timestamp");
        var right = "v1=" + Sign.Hex(Sign.Hmac256(secret, Sign.Join(timestamp + ".", request.Body)));
        if (!request.Header("Queqiao-Signature").Split(',').Contains(right))
            return SimAnswer.Json(401, """{"error":"signature"}""");
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || Math.Abs(clock.GetUtcNow().ToUnixTimeSeconds() - at) > 300)
            return SimAnswer.Json(401, """{"error":"timestamp"}""");
        var body = request.Json;
        if (body["event"]?.GetValue<string>() == "message.unread" && body["contact"]?["userId"]?.GetValue<string>() is { } user)
        {
            var all = notes.GetOrAdd(user, _ => new());
            all.Enqueue(new AppNote(body["title"]?.GetValue<string>() ?? "", body["preview"]?.GetValue<string>(), body["unread"]?.GetValue<int>() ?? 0, body["collapseKey"]?.GetValue<string>() ?? "", clock.GetUtcNow()));
            while (all.Count > Most)
                all.TryDequeue(out _);
        }
        return SimAnswer.Json(200, "{}");
    }
}

/// <summary>A notification on the lock screen.</summary>
public sealed record AppNote(string Title, string? Preview, int Unread, string CollapseKey, DateTimeOffset At);
