using System.Text.Encodings.Web;
using System.Text.Json;

namespace Queqiao.Channels.Sending;

internal static class Writing
{
    /// <summary>Leaves Chinese and emoji as they are: several providers count bytes, and WeChat shows escapes to people.</summary>
    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
