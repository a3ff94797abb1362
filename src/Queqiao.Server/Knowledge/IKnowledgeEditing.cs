using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge;

/// <summary>Knowledge written by other parts (the learning loop, the demo): inside their transaction, by the same rules as an editor's.</summary>
internal interface IKnowledgeEditing
{
    /// <summary>Adds a base.</summary>
    Task<Guid> OpenBase(WriteUnit unit, int ws, string name, string language, HelpCentreSettings help, CancellationToken ct);

    /// <summary>Adds an FAQ or an article; a draft unless it is published.</summary>
    /// <exception cref="ArgumentException">The content breaks a rule.</exception>
    Task<Guid> Add(WriteUnit unit, int ws, NewKnowledge item, CancellationToken ct);

    /// <summary>Another way to ask for an FAQ, as a new version. Null: it has it already, or there is no such FAQ; otherwise the number of the version, for taking it back.</summary>
    Task<int?> AddSimilar(WriteUnit unit, int ws, Guid faq, string language, string question, Guid? by, bool publish, CancellationToken ct);

    /// <summary>Takes a similar question out again, as a new version, published when the item is. False: it is not there any more.</summary>
    Task<bool> RemoveSimilar(WriteUnit unit, int ws, Guid faq, string question, Guid? by, CancellationToken ct);

    /// <summary>What an FAQ answers everybody in a language, as a new version, published when the item is. False: there is no such FAQ.</summary>
    Task<bool> SetAnswer(WriteUnit unit, int ws, Guid faq, string language, string answer, Guid? by, CancellationToken ct);

    /// <summary>Takes an FAQ away from readers and puts it into the archive. False: there is none, or it is there already.</summary>
    Task<bool> Withdraw(WriteUnit unit, int ws, Guid faq, Guid? by, CancellationToken ct);

    /// <summary>What a category is called in another language; nothing happens where there is none of this name.</summary>
    Task NameCategory(WriteUnit unit, int ws, Guid baseId, string category, string language, string name, CancellationToken ct);

    /// <summary>Adds facts to the graph.</summary>
    Task AddFacts(WriteUnit unit, int ws, Guid baseId, IEnumerable<(string Subject, string Relation, string Target)> facts, CancellationToken ct);

    /// <summary>Adds words of one meaning.</summary>
    Task AddSynonyms(WriteUnit unit, int ws, Guid baseId, IReadOnlyList<string> words, CancellationToken ct);
}

/// <param name="BaseId">Null: the only base, or the oldest.</param>
/// <param name="Category">Name; made when it is new.</param>
/// <param name="Publish">Readers see it from the commit on.</param>
/// <param name="Note">Where it comes from.</param>
internal sealed record NewKnowledge(bool IsFaq, KnowledgeContent Content, Guid? BaseId = null, string? Category = null, string? ExternalKey = null, Guid? By = null, bool Publish = false, string? Note = null);
