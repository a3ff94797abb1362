using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>Tells agents what they should hear although they did not ask: it stays until they have seen it.</summary>
internal interface INotices
{
    /// <summary>Within the transaction of what happened: both or neither.</summary>
    /// <param name="unit">Of the deed.</param>
    /// <param name="agents">Whom; a colleague only once.</param>
    /// <param name="kind">One of <see cref="NoticeKinds"/>.</param>
    /// <param name="about">The id of what it is about.</param>
    /// <param name="detail">More, without names and texts: it is stored as it is.</param>
    Task Tell(WriteUnit unit, IEnumerable<Guid> agents, string kind, string? about, object? detail, CancellationToken ct);
}

/// <summary>What there may be to tell; the console has a text for each.</summary>
internal static class NoticeKinds
{
    /// <summary>Somebody signed in to the account with a browser that was not known. About: the device.</summary>
    public const string NewDevice = "device.new";

    /// <summary>A colleague asks for a second person's consent. About: the approval.</summary>
    public const string ApprovalAsked = "approval.asked";

    /// <summary>Somebody decided what one had asked for. About: the approval.</summary>
    public const string ApprovalDecided = "approval.decided";

    /// <summary>An article or FAQ was to be published by itself, and the regression set is against it. About: the item.</summary>
    public const string KnowledgeHeld = "knowledge.held";

    /// <summary>The same with parts of an import. About: the import.</summary>
    public const string KnowledgeImportHeld = "knowledge.import_held";
}
