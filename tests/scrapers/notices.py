"""Pages that come instead of a page, written after the notices of common gateways; and short acts that speak of such things."""

from __future__ import annotations

from tracker.models import Problem

NOTICES: dict[str, tuple[str, Problem]] = {
    "ddos-guard, checking": (
        """<!DOCTYPE html><html><head><title>DDOS-GUARD</title><meta charset="utf-8">
        <script src="/.well-known/ddos-guard/js-challenge/index.js"></script></head>
        <body><div class="container"><h1>Проверка браузера перед переходом на сайт</h1>
        <p>Пожалуйста, подождите несколько секунд. Процесс происходит автоматически.</p></div></body></html>""",
        Problem.BLOCKED,
    ),
    "ddos-guard, forbidden": (
        """<!doctype html><html><head><title>Error 403</title></head><body><h1 id="error">Доступ запрещён</h1>
        <p>Ваш запрос был отклонён. Идентификатор: 00000000</p><footer>DDoS-Guard</footer></body></html>""",
        Problem.BLOCKED,
    ),
    "ddos-guard, cookies only": (
        """<html><head></head><body><script>document.cookie="__ddg1_=x;path=/";location.reload();</script></body></html>""",
        Problem.BLOCKED,
    ),
    "cloudflare, just a moment": (
        """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex">
        </head><body><div class="main-wrapper"><noscript>Enable JavaScript and cookies to continue</noscript></div>
        <script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>""",
        Problem.BLOCKED,
    ),
    "cloudflare, 1020": (
        """<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>
        <h1>Sorry, you have been blocked</h1><h2>You are unable to access example.org</h2></body></html>""",
        Problem.BLOCKED,
    ),
    "cloudflare, turnstile": (
        """<!DOCTYPE html><html><head><title></title></head><body><form><div class="cf-turnstile"></div></form></body></html>""",
        Problem.CAPTCHA,
    ),
    "qrator": (
        """<html><head><title>HTTP 403</title></head><body><h1>403</h1><p>Forbidden.</p>
        <p>Your request has been blocked by Qrator. Request ID: 0</p></body></html>""",
        Problem.BLOCKED,
    ),
    "qrator, 401 check": (
        """<html><head><title>Loading</title></head><body><p>Checking your browser. Qrator Labs</p></body></html>""",
        Problem.BLOCKED,
    ),
    "nginx, 403": (
        """<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>
        <hr><center>nginx</center>\r\n</body>\r\n</html>""",
        Problem.BLOCKED,
    ),
    "nginx, 502": (
        """<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>""",
        Problem.SERVER_ERROR,
    ),
    "nginx, 503": (
        """<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503 Service Temporarily Unavailable
        </h1></body></html>""",
        Problem.MAINTENANCE,
    ),
    "nginx, 404": (
        """<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>""",
        Problem.NOT_FOUND,
    ),
    "smartcaptcha": (
        """<!DOCTYPE html><html lang="ru"><head><title>Вы не робот?</title></head><body><form method="POST">
        <div class="CheckboxCaptcha">Подтвердите, что запросы отправляли вы, а не робот</div></form></body></html>""",
        Problem.CAPTCHA,
    ),
    "smartcaptcha, widget": (
        """<!DOCTYPE html><html><body><div id="captcha-container" class="smart-captcha"></div></body></html>""",
        Problem.CAPTCHA,
    ),
    "bitrix, closed": (
        """<!DOCTYPE html><html><head><title>Сайт закрыт</title></head><body><nav>Главная Новости</nav>
        <div>По техническим причинам сайт временно недоступен. Приносим извинения.</div></body></html>""",
        Problem.MAINTENANCE,
    ),
    "bitrix, form": (
        """<!DOCTYPE html><html><head><title>Авторизация</title></head><body><form name="form_auth" method="post">
        <input type="text" name="USER_LOGIN"><input type="password" name="USER_PASSWORD">
        <label>Запомнить меня</label><a href="/auth/?forgot_password=yes">Забыли пароль?</a></form></body></html>""",
        Problem.LOGIN,
    ),
    "gateway to state services": (
        """<html><head><title>Вход в систему</title></head><body><p>Для продолжения войдите через Госуслуги (ЕСИА).</p>
        </body></html>""",
        Problem.LOGIN,
    ),
    "state, maintenance": (
        """<!DOCTYPE html><html><head><title>Официальный сайт</title></head><body><header>Выдуманная палата</header>
        <main><p>Уважаемые посетители! В настоящее время на сайте ведутся технические работы.</p>
        <p>1. Попробуйте обновить страницу. 2. Зайдите позднее.</p></main></body></html>""",
        Problem.MAINTENANCE,
    ),
    "state, maintenance behind a menu": (
        "<!DOCTYPE html><html><head><title>Официальный сайт</title></head><body><div>"
        + "<a>О палате</a> <a>Об аппарате</a> <a>Документы</a> " * 20
        + "</div><h1>Сервис временно недоступен</h1></body></html>",
        Problem.MAINTENANCE,
    ),
    "state, access restricted by law": (
        """<!DOCTYPE html><html><head><title>Ограничение</title></head><body><h2>Уважаемые пользователи!</h2>
        <p>Доступ к информационному ресурсу ограничен на основании <b>Федерального закона</b> от 01.01.2001 № 1001-ФЗ.</p>
        <ol><li>1. Причины указаны в реестре.</li><li>2. См. статью 15.</li></ol></body></html>""",
        Problem.BLOCKED,
    ),
    "state, address": (
        """<html><head><title></title></head><body>Доступ с вашего IP-адреса запрещён. Обратитесь к нему.</body></html>""",
        Problem.BLOCKED,
    ),
    "state, not found": (
        """<html><head><title>Выдуманная палата</title></head><body><h1>Страница не найдена</h1><p>404</p></body></html>""",
        Problem.NOT_FOUND,
    ),
}

ACTS: dict[str, str] = {
    "order with points": """<html><head><title>Приказ Минвыдумки от 01.02.2026 № 5</title></head><body>
        <p>ПРИКАЗ</p><p>от 1 февраля 2026 г. № 5</p><h1>О проведении технических работ</h1><p>ПРИКАЗЫВАЮ:</p>
        <p>1. На время технических работ, когда сервис временно недоступен, вести журнал.</p>
        <p>2. Доступ ограничен для лиц, не указанных в приложении.</p></body></html>""",
    "law of two articles": """<html><head><title>О доступе к информации и о проведении технических работ на сетях</title></head>
        <body><p>РОССИЙСКАЯ ФЕДЕРАЦИЯ</p><p>ФЕДЕРАЛЬНЫЙ ЗАКОН</p><p>О запрете captcha</p>
        <p>Статья 1. Доступ к сайту ограничен, если страница не найдена.</p><p>Статья 2. Ведутся работы.</p></body></html>""",
    "ordinance of one sentence": """<html><head><title>Распоряжение</title></head><body>
        <div>Распоряжение Президента Выдуманной Республики от 01.02.2026 г. № 7-рп</div>
        <div>В связи с тем, что доступ ограничен и ведутся технические работы, отложить выдумки.</div></body></html>""",
    "decree in capitals": """<html><head><title>У К А З</title></head><body><p>УКАЗ</p><p>ПРЕЗИДЕНТА ВЫДУМАННОЙ РЕСПУБЛИКИ</p>
        <p>О сервисе, который временно недоступен</p><p>п о с т а н о в л я ю:</p>
        <p>1. Проверку браузера отменить.</p></body></html>""",
    "amendments": """<html><head><title>О внесении изменений в Выдуманный закон в части технических работ</title></head><body>
        <p>О внесении изменений в Выдуманный закон в части технических работ и captcha</p>
        <p>Внести в Выдуманный закон следующие изменения: слова "доступ запрещен" исключить.</p></body></html>""",
    "note to a bill": """<html><head><title>Пояснительная записка</title></head><body><p>ПОЯСНИТЕЛЬНАЯ ЗАПИСКА</p>
        <p>Ныне доступ к ресурсу ограничен, а проверка браузера (DDoS-Guard, Cloudflare) нет.</p></body></html>""",
    "heading without a number": """<html><head><title>Документ</title></head><body>
        <h2>Постановление Выдуманного правительства</h2>
        <p>от 1 февраля 2026 года</p><p>Признать, что сервис временно недоступен.</p></body></html>""",
}
