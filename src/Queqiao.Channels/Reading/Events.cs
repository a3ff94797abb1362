using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Channels.Reading;

/// <summary>Collects the events of a delivery. One that cannot be read costs no other.</summary>
internal sealed class Events
{
    private readonly List<InboundEvent> list = [];

    public IReadOnlyList<InboundEvent> List => list;

    public void Add(InboundEvent? one)
    {
        if (one is not null)
            list.Add(one);
    }

    public void AddRange(IEnumerable<InboundEvent> many) => list.AddRange(many);

    /// <summary>A key for an event that the provider gave no id, from what it holds.</summary>
    public static string HashKey(string raw) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(raw)))[..32];
}
