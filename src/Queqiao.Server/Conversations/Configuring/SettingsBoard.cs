using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Configuring;

/// <summary>
/// Every workspace's settings in memory: rules ask for them where nothing may wait. A change on this node shows at once, on another
/// within half a minute.
/// </summary>
internal sealed class SettingsBoard(IStorageEngine storage, TimeProvider clock, ILogger<SettingsBoard> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private volatile IReadOnlyDictionary<int, ConversationSettings> _known = new Dictionary<int, ConversationSettings>();

    public ConversationSettings Of(int ws) => _known.GetValueOrDefault(ws, ConversationSettings.Default);

    /// <summary>Call after the commit.</summary>
    public void Changed(int ws, ConversationSettings settings) =>
        _known = new Dictionary<int, ConversationSettings>(_known) { [ws] = settings };

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Load(cancellationToken);
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
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Load(stoppingToken);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                log.Fault(LogLevel.Warning, trouble, "Settings of conversations could not be read again");
            }
        }
    }
}
