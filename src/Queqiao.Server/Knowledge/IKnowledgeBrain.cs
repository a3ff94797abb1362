namespace Queqiao.Server.Knowledge;

/// <summary>
/// Answers the questions of a base's regression set from given knowledge. Knowledge has a plain one of its own (the library's retrieval and graph);
/// the bot puts its own in its place, so that the gate judges what customers get.
/// </summary>
internal interface IKnowledgeBrain
{
    /// <summary>Something that answers strangers' questions from this knowledge.</summary>
    Task<Func<string, Judged>> Learn(PublishedKnowledge knowledge, CancellationToken ct);
}

/// <param name="Kind"><c>item</c>, <c>refusal</c>, <c>person</c>, <c>facts</c>, <c>order</c> or <c>clarify</c>.</param>
/// <param name="ItemId">The item that answers.</param>
internal sealed record Judged(string Kind, Guid? ItemId = null);
