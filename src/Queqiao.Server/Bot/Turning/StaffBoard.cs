using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing;

namespace Queqiao.Server.Bot.Turning;

/// <summary>How busy people are, as of a second or two ago: for an honest word about the wait.</summary>
internal sealed class StaffBoard(IConversationQueue queue, TimeProvider clock, IStaffing? staffing = null)
{
    private const int MostCounted = 200;
    private readonly FreshCache<int, Staff> _cache = new(clock, TimeSpan.FromSeconds(2));

    public async ValueTask<Staff> Of(int ws, CancellationToken ct) => (await _cache.Get(ws, Load, ct))!;

    private async Task<Staff?> Load(int ws, CancellationToken ct) =>
        new(staffing is null ? 0 : await staffing.Online(ws, ct), (await queue.Waiting(ws, MostCounted, ct)).Count);
}
