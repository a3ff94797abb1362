using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Conversations;
using Queqiao.Text.Answering;
using Queqiao.Text.Folding;
using Queqiao.Text.HandingOver;

namespace Queqiao.Server.Bot.Thinking;

/// <summary>
/// What the bot does about a message: pure, without a clock or a network. A wish for a person and anger come before everything else; then what
/// was offered or asked, then questions.
/// </summary>
internal static class Mind
{
    public static Thought Think(Situation at)
    {
        var memory = at.Memory with { Language = at.Language };
        at = at with { Memory = memory };
        var offered = OfferedIn(at.Said, at.IsNew && memory.Offers.Count == 0 ? Menu(at) : memory.Offers); // the welcome has offered the menu
        if (offered is { Id: var chosen, Text: var question } && chosen.StartsWith(OfferIds.Ask, StringComparison.Ordinal))
            (offered, at) = (null, at with { Said = question }); // a question of the menu is a question
        if (offered is { Id: OfferIds.Person } || PersonWish.Standard.IsIn(at.Said))
            return Leaving.ToPeople(at, HandOverReason.Asked, "person");
        if (Anger.IsIn(at.Said))
            return Leaving.ToPeople(at, HandOverReason.Angry, "anger");
        if (at.Said.Length == 0)
            return at.HasFiles ? Leaving.ToPeople(at, HandOverReason.Attachment, "files") : Miss(at, null);
        if (memory.Flow is not null)
            return Flows.FlowEngine.Hear(at, offered) ?? Question(at); // a digression: answered, then the flow goes on
        if (offered is not null)
            return Chosen(at, offered);
        return Chat.Of(at.Said) is not ChatKind.None and var chat && Small(at, chat) is { } small ? small : Question(at);
    }

    /// <summary>The customer asks something.</summary>
    public static Thought Question(Situation at)
    {
        var reply = at.Reply();
        var thought = reply.Kind switch
        {
            ReplyKind.Person => Leaving.ToPeople(at, HandOverReason.Asked, "person"),
            ReplyKind.Answer => Answered(at, reply.Id!, reply.Score),
            ReplyKind.Facts => Facts(at, reply),
            ReplyKind.Clarify => Clarify(at, reply),
            _ => Miss(at, reply),
        };
        return at.Memory.Flow is null || thought.Then is not null ? thought : Flows.FlowEngine.Return(at, thought);
    }

    private static Thought Answered(Situation at, string id, double score)
    {
        if (id.StartsWith(Brain.FlowPrefix, StringComparison.Ordinal))
            return at.Flows.Newest(id[Brain.FlowPrefix.Length..]) is { } flow ? Flows.FlowEngine.Begin(at, flow) : Miss(at, null);
        if (at.Entry(id) is not { } entry) // it was offered a while ago
            return Miss(at, null);
        // The same answer again helps nobody.
        if (at.Memory.LastEntry == id && at.Memory.Misses == 0)
            return Failed(at, "bot_same_again", id, score);
        if (at.Memory.LastEntry == id)
            return Leaving.ToPeople(at, HandOverReason.Failing, "failing");
        var memory = at.Memory.With(new Tried(Words.Short(at.Said), BotSays.Answer, entry.Title)) with { Misses = 0, LastEntry = id, Offers = [] };
        return new Thought([new BotUtterance(Words.Plain(at.Instead.GetValueOrDefault(entry.Key) ?? entry.Answer), new BotPart(BotSays.Answer, "offline")
        {
            Entry = entry.Key, Score = score, Citations = [new BotCitation(entry.Id, entry.Title, entry.Link)],
        })], memory)
        {
            Path = "knowledge",
            MayAskModel = !at.Instead.ContainsKey(entry.Key), // what is compared is said in its own words
        };
    }

    private static Thought Facts(Situation at, Reply reply)
    {
        var lines = reply.Path.Select(fact => $"• {fact.Subject} — {fact.Relation}: {fact.Target}");
        var memory = at.Memory.With(new Tried(Words.Short(at.Said), BotSays.Facts, reply.Id)) with { Misses = 0, LastEntry = null, Offers = [] };
        return new Thought([new BotUtterance(at.Text("bot_facts") + "\n" + string.Join('\n', lines), new BotPart(BotSays.Facts, "offline")
        {
            Entry = reply.Id, Score = reply.Score,
            Citations = [.. reply.Path.Select(fact => new BotCitation("graph", $"{fact.Subject} → {fact.Relation} → {fact.Target}"))],
        })], memory)
        {
            Path = "facts",
        };
    }

    private static Thought Clarify(Situation at, Reply reply)
    {
        List<Offer> offers = [.. reply.Candidates.Take(3).Select(candidate => (candidate.Id, Title: at.Brain.TitleOf(candidate.Id)))
            .Where(one => one.Title is not null).Select(one => new Offer(one.Id, one.Title!)).DistinctBy(offer => offer.Text)];
        if (offers.Count == 0)
            return Miss(at, reply);
        offers.Add(new Offer(OfferIds.None, at.Text("bot_none_of_these")));
        var memory = at.Memory.With(new Tried(Words.Short(at.Said), BotSays.Clarify)) with { Offers = offers, LastEntry = null };
        return new Thought([new BotUtterance(at.Text("bot_clarify"), new BotPart(BotSays.Clarify, "offline")
        {
            Entry = offers[0].Id, Score = reply.Score, Buttons = Buttons(offers),
        })], memory)
        {
            Path = "knowledge",
            MayAskModel = true,
        };
    }

    /// <summary>Nothing here answers: said honestly, and after a few times a person takes over.</summary>
    private static Thought Miss(Situation at, Reply? reply) =>
        Failed(at, null, reply?.Candidates is [var nearest, ..] ? nearest.Id : null, reply?.Score) with { MayAskModel = true };

    private static Thought Failed(Situation at, string? code, string? nearest, double? score)
    {
        if (at.Memory.Misses + 1 >= at.Profile.Patience)
            return Leaving.ToPeople(at, HandOverReason.Failing, "failing");
        var text = code is not null ? at.Text(code) : at.Profile.Refusal.In(at.Language) is { Length: > 0 } own ? own : at.Text("bot_refusal");
        Offer person = new(OfferIds.Person, at.Text("bot_button_person"));
        var memory = at.Memory.With(new Tried(Words.Short(at.Said), BotSays.Refuse)) with { Misses = at.Memory.Misses + 1, Offers = [person] };
        return new Thought([new BotUtterance(text, new BotPart(BotSays.Refuse, "offline") { Entry = nearest, Score = score, Buttons = Buttons([person]) })], memory) { Path = "knowledge" };
    }

    private static Thought Chosen(Situation at, Offer offer) => offer.Id switch
    {
        OfferIds.None => Miss(at, null),
        var id => Answered(at, id, 1),
    };

    private static Thought? Small(Situation at, ChatKind chat)
    {
        if (chat is ChatKind.NotSolved or ChatKind.NoneOfThese && at.Memory.Tried.Count > 0)
            return Failed(at, "bot_sorry_not_helped", at.Memory.LastEntry, null) with { MayAskModel = false, Path = "chat" };
        if (chat == ChatKind.Solved && at.Memory.Tried.Count > 0)
        {
            var done = at.Memory with { Offers = [] };
            return new Thought([new BotUtterance(at.Text("bot_solved"), new BotPart(BotSays.Goodbye, "offline"))], done, new BotEnding.Done("bot_solved")) { Path = "chat" };
        }
        var code = !at.Profile.SmallTalk && chat != ChatKind.WhoAreYou ? null : chat switch
        {
            ChatKind.Hello => "bot_hello",
            ChatKind.Thanks => "bot_thanks",
            ChatKind.Bye => "bot_bye",
            ChatKind.Fine => "bot_fine",
            ChatKind.WhoAreYou => "bot_who",
            _ => null,
        };
        if (code is null)
            return null;
        var greets = chat == ChatKind.Hello && at.Profile.Welcome.In(at.Language).Length > 0;
        var offers = chat == ChatKind.Hello ? Menu(at with { Profile = at.Profile with { Menu = Configuring.GuessRules.In(at.Profile.Menu, at.Language) } }) : at.Memory.Offers;
        var memory = at.Memory with { Offers = offers };
        return new Thought([new BotUtterance(greets ? at.Profile.Welcome.In(at.Language) : at.Text(code), new BotPart(BotSays.SmallTalk, "offline")
        {
            Buttons = chat == ChatKind.Hello ? Buttons(offers) : null,
        })], memory)
        {
            Path = "chat",
        };
    }

    /// <summary>Questions of the menu; choosing one asks it.</summary>
    private static List<Offer> Menu(Situation at) => [.. at.Profile.Menu.Take(6).Select(question => new Offer(OfferIds.Ask + question, question))];

    /// <summary>What was chosen: by its words, or by its number in the list.</summary>
    private static Offer? OfferedIn(string said, IReadOnlyList<Offer> offers)
    {
        if (offers.Count == 0 || said.Length > 200)
            return null;
        var folded = TextFolding.Fold(said.Trim());
        return int.TryParse(folded.Trim('.', '。', '、', ' '), out var number) && number >= 1 && number <= offers.Count
            ? offers[number - 1]
            : offers.FirstOrDefault(offer => TextFolding.Fold(offer.Text) == folded);
    }

    public static IReadOnlyList<BotButton> Buttons(IEnumerable<Offer> offers) => [.. offers.Select(offer => new BotButton(offer.Id, offer.Text))];

}
