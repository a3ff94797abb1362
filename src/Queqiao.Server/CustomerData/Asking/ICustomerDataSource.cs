using Queqiao.Server.CustomerData.Configuring;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>A system that knows customers: the firm's own over HTTP, or the demonstration shop.</summary>
internal interface ICustomerDataSource
{
    /// <summary><c>http</c> or <c>demo</c>.</summary>
    string Kind { get; }

    Task<Reply> Ask(Connection connection, Question question, CancellationToken ct);
}

/// <summary>A question as it goes out. Members that do not belong to <see cref="Ask"/> are null.</summary>
/// <param name="Ask"><c>customer</c>, <c>order</c>, <c>products</c> or <c>product</c>.</param>
internal sealed record Question(string Ask, AskedPerson? Customer = null, string? OrderId = null, string? Query = null, string? ProductId = null, int? Limit = null)
{
    public int Version { get; } = 1;
}

/// <param name="Contact">Our number of the person, for the firm's log.</param>
/// <param name="Identities">The most certain first.</param>
internal sealed record AskedPerson(Guid Contact, IReadOnlyList<AskedIdentity> Identities);

/// <param name="Kind"><c>user</c>, <c>email</c>, <c>phone</c>, <c>channel</c> or the firm's own word.</param>
/// <param name="Channel">Where it holds: of <c>channel</c> and <c>user</c>.</param>
/// <param name="ChannelKind">Of <c>channel</c>: <c>wechat_kf</c>, <c>whatsapp</c> …</param>
internal sealed record AskedIdentity(string Kind, string Value, bool Verified, Guid? Channel = null, string? ChannelKind = null);

/// <summary>The answer to any question; members that were not asked for are null.</summary>
internal sealed record Said(ShopUser? User = null, IReadOnlyList<ShopOrder>? Orders = null, ShopOrder? Order = null, IReadOnlyList<ShopProduct>? Products = null);

/// <param name="Said">Null: it was not understood, see <paramref name="Trouble"/>.</param>
/// <param name="Faults">What is not as agreed, for whoever connects the system.</param>
internal sealed record Reply(Said? Said, DataTrouble? Trouble = null, IReadOnlyList<ContractFault>? Faults = null);

/// <param name="Path">Where: <c>orders[0].total</c>.</param>
/// <param name="Code">A message code.</param>
internal sealed record ContractFault(string Path, string Code);
