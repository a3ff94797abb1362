using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Model;

/// <summary><c>POST /api/v1/bots/{id}/model/try</c>: asks the model that is set up one harmless question, as a customer's is asked, and says what came of it.</summary>
internal static class TryModel
{
    private static readonly Source Known = new("k1", new BotEntry("try", "en", "When is the shop open?", [], "The shop is open from 9:00 to 18:00 on working days."));

    /// <param name="Ok">It answered as it has to, in time.</param>
    /// <param name="Code">What went wrong, always by the same name (<see cref="ModelTrouble"/>); null: nothing.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record Answer(bool Ok, string? Code, string Text);

    public static async Task<IResult> Handle(Guid id, Actor actor, ModelClient client, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        string? profile;
        await using (var db = storage.Read(actor.Ws))
            profile = await db.Table<BotRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.Id == id).Select(row => row.Profile).SingleOrDefaultAsync(ct);
        if (profile is null)
            return Refusal.NotFound().ToProblem();
        var model = BotProfile.Of(profile).Model;
        if (model.BaseUrl.Length == 0)
            return Refusal.Invalid("profile.model.baseUrl", "required").ToProblem();
        var (content, trouble) = await client.Send(actor.Ws, id, model, ModelPrompt.Request(model, "Be brief.", [Known], [], Known.Entry.Title), ct);
        trouble ??= ModelAnswer.Check(content!, [Known]).Count > 0 ? null : ModelAnswer.IsJson(content!) ? ModelTrouble.Unusable : ModelTrouble.NotJson;
        return TypedResults.Ok(new Answer(trouble is null, trouble, Messages.Text(Locale.Of(context), trouble ?? "model_ok")));
    }
}
