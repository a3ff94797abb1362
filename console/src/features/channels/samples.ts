// What a web master copies. Each signs sub, name and e-mail for ten minutes with HS256.

export type Language = 'node' | 'csharp' | 'php' | 'java'
export const sampleLanguages: readonly { value: Language; label: string }[] = [
  { value: 'node', label: 'Node.js' }, { value: 'csharp', label: 'C#' }, { value: 'php', label: 'PHP' }, { value: 'java', label: 'Java' },
]

export const samples: Record<Language, string> = {
  node: `import { createHmac } from 'node:crypto'

const part = value => Buffer.from(JSON.stringify(value)).toString('base64url')

export function queqiaoToken(user) {
  const exp = Math.floor(Date.now() / 1000) + 600
  const text = part({ alg: 'HS256', typ: 'JWT' }) + '.' + part({ sub: user.id, name: user.name, email: user.email, exp })
  return text + '.' + createHmac('sha256', process.env.QUEQIAO_SECRET).update(text).digest('base64url')
}`,
  csharp: `using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

static string QueqiaoToken(string id, string name, string email)
{
    static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
    var exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600;
    var text = Part(new { alg = "HS256", typ = "JWT" }) + "." + Part(new { sub = id, name, email, exp });
    var secret = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("QUEQIAO_SECRET")!);
    return text + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text)));
}`,
  php: `function queqiao_token(array $user): string {
    $part = fn(string $bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    $claims = ['sub' => (string) $user['id'], 'name' => $user['name'], 'email' => $user['email'], 'exp' => time() + 600];
    $text = $part(json_encode(['alg' => 'HS256', 'typ' => 'JWT'])) . '.' . $part(json_encode($claims));
    return $text . '.' . $part(hash_hmac('sha256', $text, getenv('QUEQIAO_SECRET'), true));
}`,
  java: `// com.fasterxml.jackson.databind.ObjectMapper writes the JSON
static String queqiaoToken(String id, String name, String email) throws Exception {
    var json = new ObjectMapper();
    var base64 = Base64.getUrlEncoder().withoutPadding();
    var claims = Map.of("sub", id, "name", name, "email", email, "exp", Instant.now().getEpochSecond() + 600);
    var text = base64.encodeToString(json.writeValueAsBytes(Map.of("alg", "HS256", "typ", "JWT")))
        + "." + base64.encodeToString(json.writeValueAsBytes(claims));
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(System.getenv("QUEQIAO_SECRET").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return text + "." + base64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
}`,
}

export const pageSample = `<script>
  window.queqiao ??= Object.assign(function () { queqiao.q.push(arguments) }, { q: [] })
  queqiao('identify', { jwt: 'TOKEN FROM YOUR SERVER' })
  // when the user signs out:  queqiao('logout')
<\/script>`
