require('./express-app.cjs')(require('express'), '/wild/*rest');
