using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Bot.Comparing;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Model;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;
using Queqiao.Text.HandingOver;
using Queqiao.Text.Languages;

namespace Queqiao.Server.Bot.Turning;

/// <summary>One turn: reads what was said, lets the bot think, does what that takes, and says it. May run twice: what it says is stored once.</summary>
internal sealed class TurnTaking(IBotConversations conversations, BotBoard board, Brains brains, FlowShelf flows, StaffBoard staff, IChannelFacts channels, ActionRunner actions, ModelClient model, Articles articles,
    Guesses guesses, Experiments experiments, TimeProvider clock, ILogger<TurnTaking> log, PublicUrl? url = null)
{
    /// <summary>Calls of actions in one turn.</summary>
    private const int MostCalls = 8;

    /// <summary>Then the call fails and is tried again; in the end people take over.</summary>
    private static readonly TimeSpan LongestLearning = TimeSpan.FromSeconds(20);

    public async Task Take(BotCall call, CancellationToken ct)
    {
        if (await conversations.Read(call, ct) is not { } hearing)
            return;
        var channel = await channels.Of(call.Ws, hearing.ChannelId);
        if (board.Of(call.Ws, hearing.ChannelId) is not { IsOn: true } bot)
        {
            await Say(hearing, channel, board.Of(call.Ws, hearing.ChannelId)?.Name ?? "", await Leave(hearing, HandOverReason.Off, ct));
            return;
        }
        var at = await Situation(hearing, bot, channel.Kind, ct);
        var thought = Loop.Is(at.Memory, channel.Kind == Rendering.Mail) ? Leaving.ToPeople(at, HandOverReason.Looping, "looping") : Mind.Think(at);
        for (var i = 0; thought.Call is not null && i < MostCalls; i++)
        {
            conversations.Typing(hearing, bot.Name, on: true); // somebody else's answer can take a moment
            var who = new ActionCaller(call.Ws, hearing.ContactId, $"{call.Conversation}:{hearing.Call.Seq}:{i}", at.Language, IsVerified(thought, at)) { ChannelId = hearing.ChannelId, Identity = hearing.Identity, Codes = bot.Profile.Codes, Code = thought.Memory.Code };
            thought = FlowEngine.Continue(at with { Memory = thought.Memory }, thought, await actions.Run(who, thought.Call, ct));
        }
        if (bot.Profile.Model.Enabled && thought.MayAskModel)
        {
            conversations.Typing(hearing, bot.Name, on: true);
            thought = await model.Improve(call.Ws, bot.BotId, bot.Name, at, thought, ct);
        }
        thought = await articles.Look(call.Ws, at, thought, ct);
        if (bot.Profile.PaceMs > 0)
            await Pace(hearing, bot, thought, ct);
        if (await Say(hearing, channel, bot.Name, thought, hearing.IsNew ? bot.OnChannel.Welcome.In(at.Language) : null))
            articles.Told(call.Ws, at, thought);
    }

    /// <summary>As somebody who writes would take, but never longer than the firm wants it.</summary>
    private async Task Pace(BotHearing hearing, BotOnChannel bot, Thought thought, CancellationToken ct)
    {
        conversations.Typing(hearing, bot.Name, on: true);
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(bot.Profile.PaceMs, 20 * thought.Words.Sum(said => said.Text.Length))), clock, ct);
    }

    private static bool IsVerified(Thought thought, Situation at) => thought.Memory.VerifiedUntil > at.Now;

    /// <summary>Something does not work: people take over.</summary>
    public async Task GiveUp(BotCall call, CancellationToken ct)
    {
        if (await conversations.Read(call, ct) is { } hearing)
        {
            await Say(hearing, await channels.Of(call.Ws, hearing.ChannelId), board.Of(call.Ws, hearing.ChannelId)?.Name ?? "", await Leave(hearing, HandOverReason.Broken, ct));
            log.LogWarning("The bot gave a conversation up: {Conversation}", call.Conversation);
        }
    }

    private async Task<Situation> Situation(BotHearing hearing, BotOnChannel bot, string channel, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var memory = Loop.Count(BotMemory.Of(hearing.State), now);
        var said = string.Join('\n', hearing.Said.Select(one => one.Text.Trim()).Where(text => text.Length > 0));
        var language = LanguageOf(said, memory.Language);
        var profile = bot.OnChannel;
        if (profile.GuessQuestions)
            profile = profile with { Menu = GuessRules.With(profile.Menu, guesses.Of(hearing.Call.Ws, language)) };
        return new Situation(profile, await BrainFor(hearing.Call.Ws, said, ct), (await flows.Of(hearing.Call.Ws, ct)) with { Instead = experiments.FlowsFor(hearing.Call.Ws, hearing.ContactId) }, memory, said)
        {
            HasFiles = hearing.Said.Any(one => one.HasFiles),
            Instead = experiments.For(hearing.Call.Ws, hearing.ContactId),
            Staff = await staff.Of(hearing.Call.Ws, ct),
            Now = now,
            IsNew = hearing.IsNew, Channel = channel,
            Language = language,
        };
    }

    /// <summary>Whoever wants a person, or is angry, does not wait until a brain has learnt what the firm knows.</summary>
    private async Task<Brain> BrainFor(int ws, string said, CancellationToken ct)
    {
        var learning = brains.Of(ws).AsTask();
        if (learning.IsCompletedSuccessfully)
            return await learning;
        if (PersonWish.Standard.IsIn(said) || Anger.IsIn(said))
            return Brain.Empty; // learning goes on for the next question
        return await learning.WaitAsync(LongestLearning, clock, ct);
    }

    private async Task<Thought> Leave(BotHearing hearing, string reason, CancellationToken ct)
    {
        var memory = BotMemory.Of(hearing.State);
        var said = string.Join('\n', hearing.Said.Select(one => one.Text));
        var at = new Situation(BotProfile.Default, Brain.Empty, FlowBook.Empty, memory, said) { Staff = await staff.Of(hearing.Call.Ws, ct), Language = LanguageOf(said, memory.Language) };
        return Leaving.ToPeople(at, reason, reason);
    }

    /// <summary>False: it was not said.</summary>
    private async Task<bool> Say(BotHearing hearing, ChannelFacts channel, string name, Thought thought, string? welcome = null)
    {
        var refusal = await conversations.Say(hearing.Call, new BotSpeech(name, Rendering.For(channel.Kind, thought, welcome, url?.Configured), thought.Then));
        if (refusal?.Code is not ("window_closed" or "channel_off"))
            return refusal is null; // else somebody else's turn by now
        // Nobody can tell the customer, but a colleague can see it and knows other ways.
        var given = (thought.Then as BotEnding.ToPeople)?.What ?? ((BotEnding.ToPeople)(await Leave(hearing, HandOverReason.Closed, CancellationToken.None)).Then!).What;
        await conversations.Say(hearing.Call, new BotSpeech(name, [], new BotEnding.ToPeople(given)));
        return false;
    }

    /// <summary>As the customer writes; what tells nothing (a number, a picture) changes nothing.</summary>
    internal static string LanguageOf(string said, string before) => LanguageGuess.Of(said) switch
    {
        var tag when tag.StartsWith("zh", StringComparison.Ordinal) => "zh",
        "und" when before.Length > 0 => before,
        "und" => said.Any(char.IsAsciiLetter) ? "en" : "zh",
        _ when before == "zh" && said.Length < 8 => "zh", // "ok", an order number
        _ => "en",
    };
}
