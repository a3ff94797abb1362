using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Server.Platform.Files;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <param name="Ids">In order, to be sent with the message.</param>
internal sealed record TakenFiles(IReadOnlyList<Guid> Ids, IReadOnlyDictionary<string, Guid> Inline, IReadOnlyList<RefusedFile> Refused);

/// <summary>Puts a mail's files where all files are, through the checks that all files pass.</summary>
internal sealed class MailFiles(FileUploads uploads)
{
    private const int Most = 50;

    public async Task<TakenFiles> Take(FileOwner owner, MailMessage mail, CancellationToken ct)
    {
        var (ids, inline, refused) = (new List<Guid>(), new Dictionary<string, Guid>(StringComparer.Ordinal), new List<RefusedFile>());
        foreach (var part in mail.Attachments.Concat(mail.Inline))
        {
            var content = part.Content();
            var name = part.NameOrKind;
            if (content.Length == 0)
                continue;
            if (ids.Count >= Most)
            {
                refused.Add(new RefusedFile(name, content.Length, "too_many_files"));
                continue;
            }
            var (id, code) = await One(owner, NameOf(part, name), content, ct);
            if (id is not { } taken)
            {
                refused.Add(new RefusedFile(name, content.Length, code!));
                continue;
            }
            ids.Add(taken);
            if (part.ContentId is { } cid)
                inline.TryAdd(cid, taken);
        }
        return new TakenFiles(ids, inline, refused);
    }

    private async Task<(Guid? Id, string? Code)> One(FileOwner owner, string name, byte[] content, CancellationToken ct)
    {
        var (row, refusal) = await uploads.Begin(owner, name, content.Length, ct);
        if (row is null)
            return (null, refusal!.Code);
        using var stream = new MemoryStream(content);
        var answer = await uploads.Add(row, 0, stream, ct);
        return answer.Refusal is { } no ? (null, no.Code) : (row.Id, null);
    }

    /// <summary>Pictures without an extension get the one of their type: files are known by it.</summary>
    private static string NameOf(MimePart part, string name) => Path.HasExtension(name) ? name : part.MediaType switch
    {
        "image/png" => name + ".png",
        "image/jpeg" => name + ".jpg",
        "image/gif" => name + ".gif",
        "application/pdf" => name + ".pdf",
        "text/plain" => name + ".txt",
        "message/rfc822" => name + ".eml",
        _ => name,
    };
}
