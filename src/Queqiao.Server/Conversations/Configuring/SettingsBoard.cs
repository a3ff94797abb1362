using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Configuring;

/// <summary>
/// Every workspace's settings in memory: rules ask for them where nothing may wait. A change on this node shows at once, on another
/// as soon as its word comes, or within half a minute.
/// </summary>
internal sealed class SettingsBoard(IStorageEngine storage, ILogger<SettingsBoard> log, CacheNews? news = null)
    : MemoryBoard("conversation settings", "Settings of conversations could not be read again", log, news)
{
    private volatile IReadOnlyDictionary<int, ConversationSettings> _known = new Dictionary<int, ConversationSettings>();

    public ConversationSettings Of(int ws) => _known.GetValueOrDefault(ws, ConversationSettings.Default);

    /// <summary>Call after the commit.</summary>
    public void Changed(int ws, ConversationSettings settings)
    {
        _known = new Dictionary<int, ConversationSettings>(_known) { [ws] = settings };
        Tell();
    }

    protected override async Task Load(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = await db.Table<ConversationSettingRow>().AsNoTracking().ToListAsync(ct);
        _known = rows.ToDictionary(row => row.Ws, row => JsonSerializer.Deserialize<ConversationSettings>(row.Settings, TolerantJson.Options)!);
    }
}
