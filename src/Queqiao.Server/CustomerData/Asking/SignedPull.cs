using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Server.CustomerData.Configuring;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>Asks the firm's own system: one POST, signed over its time and its body (docs/customer-data.md).</summary>
internal sealed class SignedPull(GuardedHttp http, Ids ids) : ICustomerDataSource
{
    public const string TimestampHeader = "Queqiao-Timestamp";
    public const string SignatureHeader = "Queqiao-Signature";
    public const string RequestHeader = "Queqiao-Request";

    private static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Kind => SourceKind.Http;

    public async Task<Reply> Ask(Connection connection, Question question, CancellationToken ct)
    {
        if (connection.Secret is not { } secret || !Uri.TryCreate(connection.Settings.Url, UriKind.Absolute, out var address))
            return No(DataTroubles.Away);
        var body = JsonSerializer.SerializeToUtf8Bytes(question, Writing);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var timestamp = (ids.Now() / 1000).ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, "v1=" + Sign(secret, timestamp, body));
        request.Headers.Add(RequestHeader, ids.New().ToString());
        try
        {
            using var client = http.Client(new OutboundLimits(TimeSpan.FromMilliseconds(connection.Settings.TimeoutMs), ContractRules.MostBytes, MaxRedirects: 0));
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.StatusCode == System.Net.HttpStatusCode.NotFound)
                return new Reply(new Said());                   // knows nobody of the kind
            if (!answer.IsSuccessStatusCode)
                return No(DataTroubles.Answered, ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture));
            return ContractRules.Read(await answer.Content.ReadAsByteArrayAsync(ct));
        }
        catch (Exception trouble) when (TroubleOf(trouble, ct) is { } known)
        {
            return new Reply(null, known);
        }
    }

    /// <summary>Lower hex of HMAC-SHA256 over <c>timestamp.body</c>.</summary>
    public static string Sign(Secret secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret.Reveal()));
        mac.AppendData(Encoding.ASCII.GetBytes(timestamp + "."));
        mac.AppendData(body);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }

    private static Reply No(string code, string? detail = null) => new(null, new DataTrouble(code, detail));

    private static DataTrouble? TroubleOf(Exception trouble, CancellationToken ct) => trouble switch
    {
        OutboundRefusedException { Code: "too_large" } => new(DataTroubles.TooLarge),
        OutboundRefusedException refused => new(DataTroubles.Address, refused.Code),
        HostRestingException => new(DataTroubles.Resting),
        HttpRequestException { InnerException: OutboundRefusedException { Code: "too_large" } } => new(DataTroubles.TooLarge),
        HttpRequestException or IOException => new(DataTroubles.Away),
        OperationCanceledException when !ct.IsCancellationRequested => new(DataTroubles.Timeout),
        _ => null,
    };
}
