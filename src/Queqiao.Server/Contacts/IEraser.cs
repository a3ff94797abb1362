using System.Collections.Concurrent;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>
/// A store that holds something about people takes part when somebody is erased. Their keys are destroyed already; what is sealed
/// with them needs no more than counting. What stands elsewhere, or points at the person, goes here. Register as <c>IEraser</c>.
/// </summary>
internal interface IEraser
{
    /// <summary>Counts what there is of the person, for whoever is about to erase them; changes nothing.</summary>
    Task Look(QueqiaoDb db, Erasure erasure, CancellationToken ct) => Task.CompletedTask;

    /// <summary>What can be done inside the transaction that destroys the keys. May run again after a race.</summary>
    Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct) => Task.CompletedTask;

    /// <summary>What cannot (files, indexes of their own): after the commit. It runs until it has succeeded once, so it may run again.</summary>
    Task Finish(Erasure erasure, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>Who is being erased, and what it comes to.</summary>
/// <param name="Ws">Where.</param>
/// <param name="Contacts">The person: everybody who was merged into one.</param>
internal sealed record Erasure(int Ws, IReadOnlyList<Guid> Contacts)
{
    /// <summary>The receipt: how many things in which store (<c>entries</c>, <c>notes</c>, <c>identities</c>, <c>files</c>, <c>searchTokens</c> …).</summary>
    public ConcurrentDictionary<string, long> Counts { get; } = new();
}

/// <summary>Which contacts are one person.</summary>
internal interface IMergedContacts
{
    /// <summary>The contact and all it was merged with, itself too.</summary>
    Task<IReadOnlyList<Guid>> Of(QueqiaoDb db, int ws, Guid contact, CancellationToken ct);
}
