using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Model;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Translating;

/// <summary>Translates with the model of the workspace's first bot that has one: its key, time-out and tokens of the day count here too.</summary>
internal sealed class ModelTranslator(IStorageEngine storage, ModelClient client) : ITranslator
{
    public async ValueTask<string?> Name(int ws, CancellationToken ct) => (await Model(ws, ct))?.Model.Name;

    public async Task<string?> Translate(int ws, Wording what, CancellationToken ct)
    {
        if (await Model(ws, ct) is not var (bot, model))
            return null;
        var hidden = HiddenPieces.Of(what.Text);
        var content = await client.Ask(ws, bot, model, TranslationPrompt.Request(model, what with { Text = hidden.Text }), ct);
        return content is null ? null : hidden.Shown(TranslationPrompt.Read(content, hidden.Text.Length));
    }

    private async Task<(Guid Bot, ModelSettings Model)?> Model(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        foreach (var bot in await db.Table<BotRow>().AsNoTracking().Where(row => row.Ws == ws && row.Enabled).OrderBy(row => row.Id).ToListAsync(ct))
        {
            if (BotProfile.Of(bot.Profile).Model is { Enabled: true, BaseUrl.Length: > 0 } model)
                return (bot.Id, model);
        }
        return null;
    }
}
