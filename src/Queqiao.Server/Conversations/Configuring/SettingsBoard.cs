using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Configuring;

/// <summary>
/// Every workspace's settings in memory: rules ask for them where nothing may wait. A change on this node shows at once, on another
/// as soon as its word comes, or within half a minute.
/// </summary>
internal sealed class SettingsBoard(IStorageEngine storage, ILogger<SettingsBoard> log, CacheNews? news = null) : BackgroundService
{
    private const string Name = "conversation settings";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _now = new(0);

    private volatile IReadOnlyDictionary<int, ConversationSettings> _known = new Dictionary<int, ConversationSettings>();

    public ConversationSettings Of(int ws) => _known.GetValueOrDefault(ws, ConversationSettings.Default);

    /// <summary>Call after the commit.</summary>
    public void Changed(int ws, ConversationSettings settings)
    {
        _known = new Dictionary<int, ConversationSettings>(_known) { [ws] = settings };
        news?.Tell(Name, null);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Load(cancellationToken);
        news?.Add(Name, _ => _now.Release());
        await base.StartAsync(cancellationToken);
    }

    private async Task Load(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = await db.Table<ConversationSettingRow>().AsNoTracking().ToListAsync(ct);
        _known = rows.ToDictionary(row => row.Ws, row => JsonSerializer.Deserialize<ConversationSettings>(row.Settings, TolerantJson.Options)!);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _now.WaitAsync(Every, stoppingToken);
                await Load(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, "Settings of conversations could not be read again");
            }
        }
    }

    public override void Dispose()
    {
        _now.Dispose();
        base.Dispose();
    }
}
