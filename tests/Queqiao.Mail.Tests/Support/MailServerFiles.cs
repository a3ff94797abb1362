namespace Queqiao.Mail.Tests.Support;

/// <summary>What Dovecot and Postfix read. Ports: IMAP, IMAPS, SMTP, LMTP, SASL.</summary>
internal static class MailServerFiles
{
    public static string Dovecot(string folder, int[] ports) => $$"""
        base_dir = {{folder}}/run
        state_dir = {{folder}}/state
        log_path = {{folder}}/dovecot.log
        protocols = imap lmtp
        listen = 127.0.0.1
        ssl = yes
        ssl_cert = <{{folder}}/cert.pem
        ssl_key = <{{folder}}/key.pem
        disable_plaintext_auth = no
        auth_mechanisms = plain login
        auth_failure_delay = 0
        mail_location = maildir:{{folder}}/mail/%u
        first_valid_uid = 1
        first_valid_gid = 1
        recipient_delimiter = +
        passdb {
          driver = passwd-file
          args = scheme=PLAIN username_format=%u {{folder}}/users
        }
        userdb {
          driver = passwd-file
          args = username_format=%u {{folder}}/users
          default_fields = uid=nobody gid=nogroup home={{folder}}/mail/%u
        }
        service imap-login {
          inet_listener imap {
            port = {{ports[0]}}
          }
          inet_listener imaps {
            port = {{ports[1]}}
            ssl = yes
          }
        }
        service lmtp {
          inet_listener lmtp {
            port = {{ports[3]}}
          }
        }
        service auth {
          inet_listener sasl {
            port = {{ports[4]}}
          }
        }
        namespace inbox {
          inbox = yes
          separator = /
        }
        """;

    public static string PostfixMain(string folder, int[] ports) => $"""
        compatibility_level = 3.6
        queue_directory = {folder}/queue
        data_directory = {folder}/data
        maillog_file = {folder}/postfix.log
        maillog_file_prefixes = {Path.GetDirectoryName(folder)}
        mail_owner = postfix
        myhostname = mx.test
        mydestination =
        mynetworks = 127.0.0.0/8
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        alias_maps =
        alias_database =
        local_recipient_maps =
        recipient_delimiter = +
        virtual_mailbox_domains = shop.test, client.test
        virtual_transport = lmtp:inet:127.0.0.1:{ports[3]}
        default_transport = error:5.1.2 no such domain
        smtpd_relay_restrictions = permit_mynetworks, reject
        smtpd_tls_cert_file = {folder}/cert.pem
        smtpd_tls_key_file = {folder}/key.pem
        smtpd_tls_security_level = may
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = inet:127.0.0.1:{ports[4]}
        smtpd_forbid_bare_newline = no
        message_size_limit = 10000000

        """;

    public static string PostfixMaster(int[] ports) => $"""
        127.0.0.1:{ports[2]} inet n - n - - smtpd
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        lmtp unix - - n - - lmtp
        error unix - - n - - error
        retry unix - - n - - error
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """;
}
